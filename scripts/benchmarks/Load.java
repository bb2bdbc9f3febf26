import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The load: one event loop over keep-alive connections, so that it takes as little of the shared cores as it can. */
final class Load {
    private Load() {}

    /** A ready-made HTTP request. */
    static byte[] post(int port, String path, String bearer, String body) {
        return post(port, path, "Authorization: Bearer " + bearer, body, "");
    }

    /** {@code more} are further header lines, each with its end. */
    static byte[] post(int port, String path, String authorization, String body, String more) {
        return ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + more + authorization
                        + "\r\nContent-Type: application/json\r\nAccept: */*\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Times in milliseconds. {@code errors} are answers other than 200 and 304, and broken connections. */
    record Closed(long count, double perSecond, double p50, double p95, double p99, long errors) {}

    /** {@code clients} connections, each sending its next request when the answer is complete; bounded in time. */
    static Closed closed(int port, byte[] request, int clients, double seconds) throws IOException {
        try (var selector = Selector.open()) {
            var run = new ClosedRun(selector, port, request, System.nanoTime() + (long) (seconds * 1e9));
            long start = System.nanoTime();
            for (int i = 0; i < clients; i++) run.connect();
            while (run.open > 0) selector.select(key -> ((Client) key.attachment()).ready(), 1000);
            double elapsed = (System.nanoTime() - start) / 1e9;
            long[] times = Arrays.copyOf(run.times, run.count);
            Arrays.sort(times);
            return new Closed(run.count, run.count / elapsed, at(times, 0.5), at(times, 0.95), at(times, 0.99), run.errors);
        }
    }

    private static final class ClosedRun {
        final Selector selector;
        final int port;
        final byte[] request;
        final long endAt;
        long[] times = new long[1 << 16];
        int count;
        int open;
        long errors;

        ClosedRun(Selector selector, int port, byte[] request, long endAt) {
            this.selector = selector;
            this.port = port;
            this.request = request;
            this.endAt = endAt;
        }

        void connect() throws IOException {
            var channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            var client = new Client(this, channel);
            channel.register(selector, SelectionKey.OP_READ, client);
            open++;
            client.send();
        }

        void record(long nanos) {
            if (count == times.length) times = Arrays.copyOf(times, count * 2);
            times[count++] = nanos;
        }
    }

    private static final class Client {
        final ClosedRun run;
        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocate(64 * 1024);
        long sentAt;

        Client(ClosedRun run, SocketChannel channel) {
            this.run = run;
            this.channel = channel;
        }

        void send() throws IOException {
            in.clear();
            sentAt = System.nanoTime();
            var out = ByteBuffer.wrap(run.request);
            while (out.hasRemaining()) channel.write(out);
        }

        void ready() {
            try {
                if (channel.read(in) < 0) throw new IOException("closed");
                if (!complete()) return;
                long now = System.nanoTime();
                if (in.get(9) == '2' || in.get(9) == '3') run.record(now - sentAt);
                else run.errors++;
                if (now < run.endAt) send();
                else close();
            } catch (IOException e) {
                run.errors++;
                close();
                // A server that hangs up is counted, and the load stays as it was.
                if (System.nanoTime() < run.endAt && run.errors < 1000) reconnect();
            }
        }

        private void reconnect() {
            try {
                run.connect();
            } catch (IOException e) {
                run.errors++;
            }
        }

        private boolean complete() {
            byte[] bytes = in.array();
            int length = in.position();
            int head = indexOf(bytes, 0, length, "\r\n\r\n");
            if (head < 0) return false;
            if (bytes[9] == '3') return true; // 304 has no body
            int at = indexOf(bytes, 0, head, "\r\ncontent-length:");
            if (at < 0) return length > head + 8 && indexOf(bytes, length - 5, length, "0\r\n\r\n") >= 0;
            int n = 0;
            for (int i = at + 17; i < head && bytes[i] != '\r'; i++) if (bytes[i] != ' ') n = n * 10 + bytes[i] - '0';
            return length >= head + 4 + n;
        }

        void close() {
            run.open--;
            try {
                channel.close();
            } catch (IOException e) {
                run.errors++;
            }
        }
    }

    /** Times in milliseconds; {@code chunks} counts the events that came back over all streams. */
    record Streams(int finished, long chunks, double firstP50, double firstP99, double wholeP50, double wholeWorst, int errors) {}

    /** {@code count} streams, started evenly over one second, each on a connection of its own; at most 120 s. */
    static Streams streams(int port, byte[] request, int count) throws IOException {
        try (var selector = Selector.open()) {
            var readers = new Reader[count];
            // Connected beforehand: the server's work is measured, not the kernel's hand-shakes.
            for (int i = 0; i < count; i++) readers[i] = new Reader(port, selector);
            long start = System.nanoTime();
            int begun = 0;
            int[] left = {count};
            while (left[0] > 0 && System.nanoTime() - start < 120_000_000_000L) {
                long now = System.nanoTime() - start;
                while (begun < count && now >= begun * 1_000_000_000L / count) readers[begun++].send(request);
                selector.select(key -> left[0] -= ((Reader) key.attachment()).ready() ? 1 : 0, begun < count ? 1 : 200);
            }
            var done = Arrays.stream(readers).filter(r -> r.endAt > 0).toList();
            long[] first = done.stream().mapToLong(r -> r.firstAt - r.sentAt).sorted().toArray();
            long[] whole = done.stream().mapToLong(r -> r.endAt - r.sentAt).sorted().toArray();
            for (var reader : readers) reader.channel.close();
            return new Streams(done.size(), done.stream().mapToLong(r -> r.events).sum(), at(first, 0.5), at(first, 0.99),
                    at(whole, 0.5), at(whole, 1), count - done.size());
        }
    }

    private static final class Reader {
        private static final byte[] EVENT = "data: ".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] END = "[DONE]".getBytes(StandardCharsets.US_ASCII);
        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocate(4096);
        long sentAt;
        long firstAt;
        long endAt;
        int events;
        private int inEvent;
        private int inEnd;

        Reader(int port, Selector selector) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void send(byte[] request) throws IOException {
            sentAt = System.nanoTime();
            var out = ByteBuffer.wrap(request);
            while (out.hasRemaining()) channel.write(out);
        }

        /** True when this stream has just ended, well or not. */
        boolean ready() {
            try {
                while (endAt == 0) {
                    in.clear();
                    int n = channel.read(in);
                    if (n < 0) throw new IOException("closed");
                    if (n == 0) return false;
                    scan(in.array(), n);
                }
                return giveUp();
            } catch (IOException e) {
                return giveUp();
            }
        }

        private boolean giveUp() {
            try {
                channel.close();
            } catch (IOException e) {
                System.err.println("close: " + e.getMessage());
            }
            return true;
        }

        /** Finds the two marks also where they lie across two reads; neither overlaps itself. */
        private void scan(byte[] bytes, int n) {
            for (int i = 0; i < n; i++) {
                byte b = bytes[i];
                inEvent = b == EVENT[inEvent] ? inEvent + 1 : b == EVENT[0] ? 1 : 0;
                if (inEvent == EVENT.length) {
                    if (events++ == 0) firstAt = System.nanoTime();
                    inEvent = 0;
                }
                inEnd = b == END[inEnd] ? inEnd + 1 : b == END[0] ? 1 : 0;
                if (inEnd == END.length) {
                    endAt = System.nanoTime();
                    inEnd = 0;
                }
            }
        }
    }

    private static double at(long[] sorted, double quantile) {
        if (sorted.length == 0) return Double.NaN;
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] / 1e6;
    }

    private static int indexOf(byte[] bytes, int from, int to, String lower) {
        outer:
        for (int i = Math.max(0, from); i <= to - lower.length(); i++) {
            for (int j = 0; j < lower.length(); j++) {
                byte b = bytes[i + j];
                if (b >= 'A' && b <= 'Z') b += 32;
                if (b != lower.charAt(j)) continue outer;
            }
            return i;
        }
        return -1;
    }
}
