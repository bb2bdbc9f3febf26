import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** WebSocket sessions of the local chat on one event loop: one message each, every frame of its answer checked and timed. */
final class SocketLoad {
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private SocketLoad() {}

    /**
     * Times in milliseconds; gaps are those between two pieces of one answer, of all sessions together.
     *
     * @param whole sessions whose answer was the expected text, their frames numbered without a hole
     */
    record Result(int whole, long frames, double firstP50, double firstP99, double gapP50, double gapP99, double gapWorst) {}

    /** {@code count} sessions, connected beforehand, their messages sent evenly over one second; at most 60 s. */
    static Result run(int port, String key, int count, String message, String expected) throws IOException {
        try (var selector = Selector.open()) {
            var sessions = new Session[count];
            long[] gaps = new long[count * 200];
            int[] gapCount = {0};
            for (int i = 0; i < count; i++) sessions[i] = new Session(port, key, selector);
            int[] left = {count};
            await(selector, sessions, session -> session.started);
            long start = System.nanoTime();
            int begun = 0;
            while (left[0] > 0 && System.nanoTime() - start < 60_000_000_000L) {
                long now = System.nanoTime() - start;
                while (begun < count && now >= begun * 1_000_000_000L / count) sessions[begun++].say(message);
                selector.select(key1 -> {
                    var session = (Session) key1.attachment();
                    boolean before = session.over;
                    session.read(gaps, gapCount);
                    if (session.over && !before) left[0]--;
                }, begun < count ? 1 : 200);
            }
            long[] first = Arrays.stream(sessions).filter(s -> s.firstAt > 0).mapToLong(s -> s.firstAt - s.saidAt).sorted().toArray();
            long[] all = Arrays.copyOf(gaps, gapCount[0]);
            Arrays.sort(all);
            int whole = (int) Arrays.stream(sessions).filter(s -> s.over && s.inOrder && s.text.toString().equals(expected)).count();
            long frames = Arrays.stream(sessions).mapToLong(s -> s.seq).sum();
            for (var session : sessions) session.channel.close();
            return new Result(whole, frames, at(first, 0.5), at(first, 0.99), at(all, 0.5), at(all, 0.99), at(all, 1));
        }
    }

    private static void await(Selector selector, Session[] sessions, java.util.function.Predicate<Session> state) throws IOException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!Arrays.stream(sessions).allMatch(state)) {
            if (System.nanoTime() > end) throw new IOException("not all sockets opened");
            selector.select(key -> ((Session) key.attachment()).read(new long[0], new int[1]), 200);
        }
    }

    private static double at(long[] sorted, double quantile) {
        if (sorted.length == 0) return Double.NaN;
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] / 1e6;
    }

    private static final class Session {
        final SocketChannel channel;
        private ByteBuffer in = ByteBuffer.allocate(4096);
        private boolean upgraded;
        boolean started;
        boolean over;
        boolean inOrder = true;
        long saidAt;
        long firstAt;
        long lastAt;
        long seq;
        final StringBuilder text = new StringBuilder();

        Session(int port, String key, Selector selector) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            write(("GET /api/ws/chat HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nAuthorization: Bearer " + key + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void say(String message) throws IOException {
            byte[] data = message.getBytes(StandardCharsets.US_ASCII);
            var frame = ByteBuffer.allocate(data.length + 8);
            frame.put((byte) 0x81);
            if (data.length < 126) frame.put((byte) (0x80 | data.length));
            else frame.put((byte) (0x80 | 126)).putShort((short) data.length);
            frame.putInt(0).put(data); // a mask of noughts changes nothing
            saidAt = System.nanoTime();
            write(Arrays.copyOf(frame.array(), frame.position()));
        }

        private void write(byte[] bytes) throws IOException {
            for (var out = ByteBuffer.wrap(bytes); out.hasRemaining(); ) channel.write(out);
        }

        void read(long[] gaps, int[] gapCount) {
            try {
                for (int n; (n = channel.read(in)) != 0; ) {
                    if (n < 0) throw new IOException("closed");
                    if (!in.hasRemaining()) in = ByteBuffer.allocate(in.capacity() * 2).put(in.flip());
                }
                take(gaps, gapCount);
            } catch (IOException e) {
                over = true;
                inOrder = false;
                started = true;
            }
        }

        private void take(long[] gaps, int[] gapCount) throws IOException {
            byte[] bytes = in.array();
            int from = 0;
            if (!upgraded) {
                int end = indexOf(bytes, in.position(), HEAD_END);
                if (end < 0) return;
                if (bytes[9] != '1') throw new IOException("refused");
                upgraded = true;
                from = end + 4;
            }
            for (int next; (next = frame(bytes, from, in.position(), gaps, gapCount)) > from; ) from = next;
            System.arraycopy(bytes, from, bytes, 0, in.position() - from);
            in.position(in.position() - from);
        }

        /** Where the frame after this one begins; {@code from} when it is not all there. */
        private int frame(byte[] bytes, int from, int to, long[] gaps, int[] gapCount) throws IOException {
            if (to - from < 2) return from;
            int length = bytes[from + 1] & 127;
            int at = from + 2;
            if (length == 126) {
                if (to - from < 4) return from;
                length = (bytes[from + 2] & 255) << 8 | bytes[from + 3] & 255;
                at += 2;
            } else if (length == 127) throw new IOException("a frame of more than 64 kB");
            if (to < at + length) return from;
            switch (bytes[from] & 15) {
                case 1 -> event(new String(bytes, at, length, StandardCharsets.UTF_8), gaps, gapCount);
                case 8 -> throw new IOException("closed");
                default -> {} // pings are for sessions that last
            }
            return at + length;
        }

        private void event(String frame, long[] gaps, int[] gapCount) {
            inOrder &= frame.startsWith("{\"seq\":" + seq + ",");
            seq++;
            if (frame.contains("\"event\":\"content_block_delta\"")) {
                long now = System.nanoTime();
                if (firstAt == 0) firstAt = now;
                else if (gapCount[0] < gaps.length) gaps[gapCount[0]++] = now - lastAt;
                lastAt = now;
                text.append(Api.field("text", frame));
            } else if (frame.contains("\"event\":\"session_start\"")) {
                started = true;
            } else if (frame.contains("\"event\":\"message_stop\"")) {
                over = true;
            }
        }

        private static int indexOf(byte[] bytes, int to, byte[] wanted) {
            outer:
            for (int i = 0; i <= to - wanted.length; i++) {
                for (int j = 0; j < wanted.length; j++) if (bytes[i + j] != wanted[j]) continue outer;
                return i;
            }
            return -1;
        }
    }
}
