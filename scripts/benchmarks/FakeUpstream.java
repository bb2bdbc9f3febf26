import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An upstream in the OpenAI shape that costs as little as possible, so that what is measured is the server in front of
 * it: one event loop, answers made beforehand, loopback only.
 *
 * <p>{@code java FakeUpstream.java PORT [--gap MS] [--tokens N]}. The model {@code bench} streams N tokens (0: a whole
 * Markdown answer), {@code gap} milliseconds apart; {@code bench-fast} streams three at once. {@code GET /stats} tells
 * how many requests came and how many streams were cut by their reader.
 */
public final class FakeUpstream {
    private static final String MARKDOWN = """
            Certainly! Here is **how it works**, in three steps:

            1. Read the question.
            2. Think about it for a moment.
            3. Answer in plain words.

            ```python
            def greet(name: str) -> str:
                return f"Hello, {name}!"
            ```

            | step | time |
            |------|------|
            | read | 1 s  |
            | think | 2 s |

            That is all there is to it; ask me for *more detail* if you like.
            """;

    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    // One gap for all streams: deadlines enter in order, so a plain queue replaces a timer wheel.
    private final ArrayDeque<Stream> due = new ArrayDeque<>();
    private final long gapNanos;
    private final List<byte[]> slow;
    private final List<byte[]> fast;
    private final byte[] completion = response(completionBody());
    private final byte[] models = response("""
            {"object":"list","data":[{"id":"bench","object":"model","created":1700000000,"owned_by":"bench"},\
            {"id":"bench-fast","object":"model","created":1700000000,"owned_by":"bench"}]}""");
    private final byte[] embeddings = response("""
            {"object":"list","model":"bench","data":[{"object":"embedding","index":0,"embedding":[0.1,0.2,0.3]}],\
            "usage":{"prompt_tokens":3,"total_tokens":3}}""");
    private final byte[] healthy = response("{\"status\":\"ok\"}");
    private long requests;
    private long cut;
    private long open;

    private FakeUpstream(int port, long gapMillis, int tokens) throws IOException {
        gapNanos = gapMillis * 1_000_000;
        slow = chunks(words(tokens));
        fast = chunks(words(3));
        listener.bind(new InetSocketAddress("127.0.0.1", port), 4096);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    public static void main(String[] args) throws IOException {
        long gap = 50;
        int tokens = 0;
        for (int i = 1; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--gap" -> gap = Long.parseLong(args[i + 1]);
                case "--tokens" -> tokens = Integer.parseInt(args[i + 1]);
                default -> throw new IllegalArgumentException(args[i]);
            }
        }
        new FakeUpstream(Integer.parseInt(args[0]), gap, tokens).run();
    }

    private void run() throws IOException {
        while (true) {
            long wait = due.isEmpty() ? 0 : (due.peekFirst().nextAt - System.nanoTime() + 999_999) / 1_000_000;
            if (!due.isEmpty() && wait <= 0) selector.selectNow(this::handle);
            else selector.select(this::handle, wait);
            long now = System.nanoTime();
            while (!due.isEmpty() && due.peekFirst().nextAt <= now) step(due.pollFirst());
        }
    }

    private void handle(SelectionKey key) {
        if (!key.isValid()) return;
        if (key.isAcceptable()) accept();
        else ((Connection) key.attachment()).ready(key);
    }

    private void accept() {
        try {
            for (SocketChannel channel; (channel = listener.accept()) != null; ) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                var connection = new Connection(channel);
                connection.key = channel.register(selector, SelectionKey.OP_READ, connection);
            }
        } catch (IOException e) {
            System.err.println("accept: " + e.getMessage());
        }
    }

    private void step(Stream stream) {
        if (!stream.connection.isOpen()) return;
        stream.connection.write(stream.chunks.get(stream.next++));
        if (stream.next < stream.chunks.size() - 1) {
            stream.nextAt += gapNanos;
            due.addLast(stream);
        } else {
            stream.connection.write(stream.chunks.getLast());
            stream.connection.stream = null;
            open--;
        }
    }

    /** One answer under way: its chunks, the next one and when it is due (nanoTime). */
    private static final class Stream {
        final Connection connection;
        final List<byte[]> chunks;
        int next;
        long nextAt = System.nanoTime();

        Stream(Connection connection, List<byte[]> chunks) {
            this.connection = connection;
            this.chunks = chunks;
        }
    }

    private final class Connection {
        private final SocketChannel channel;
        private ByteBuffer in = ByteBuffer.allocate(4096);
        private final ArrayDeque<ByteBuffer> out = new ArrayDeque<>();
        SelectionKey key;
        Stream stream;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }

        boolean isOpen() {
            return channel.isOpen();
        }

        void ready(SelectionKey ready) {
            try {
                if (ready.isWritable()) flush();
                if (!ready.isReadable()) return;
                if (!in.hasRemaining()) in = ByteBuffer.allocate(in.capacity() * 2).put(in.flip());
                if (channel.read(in) < 0) close();
                else while (isOpen() && request()) {}
            } catch (IOException e) {
                close();
            }
        }

        /** Answers one request when all of it has come. */
        private boolean request() {
            byte[] bytes = in.array();
            int length = in.position();
            int head = indexOf(bytes, 0, length, HEAD_END);
            if (head < 0) return false;
            int bodyStart = head + 4;
            int end = bodyEnd(bytes, head, bodyStart, length);
            if (end < 0) return false;
            requests++;
            answer(bytes, bodyStart, end);
            System.arraycopy(bytes, end, bytes, 0, length - end);
            in.position(length - end);
            return length > end;
        }

        private int bodyEnd(byte[] bytes, int head, int bodyStart, int length) {
            int at = indexOf(bytes, 0, head, LENGTH);
            if (at >= 0) {
                int n = 0;
                for (int i = at + LENGTH.length; i < head && bytes[i] != '\r'; i++) {
                    if (bytes[i] != ' ') n = n * 10 + bytes[i] - '0';
                }
                return bodyStart + n <= length ? bodyStart + n : -1;
            }
            if (indexOf(bytes, 0, head, CHUNKED) < 0) return bodyStart;
            int last = indexOf(bytes, bodyStart, length, LAST_CHUNK);
            return last < 0 ? -1 : last + LAST_CHUNK.length;
        }

        private void answer(byte[] bytes, int bodyStart, int end) {
            if (startsWith(bytes, "POST /v1/chat/completions") || startsWith(bytes, "POST /v1/messages")) {
                boolean isFast = indexOf(bytes, bodyStart, end, FAST) >= 0;
                boolean streams = indexOf(bytes, bodyStart, end, STREAM) >= 0 || indexOf(bytes, bodyStart, end, STREAM_SPACED) >= 0;
                if (streams) start(isFast ? fast : slow, isFast);
                else write(completion);
            } else if (startsWith(bytes, "GET /v1/models")) write(models);
            else if (startsWith(bytes, "POST /v1/embeddings")) write(embeddings);
            else if (startsWith(bytes, "GET /stats")) write(response("{\"requests\":" + requests + ",\"cut\":" + cut + ",\"open\":" + open + "}"));
            else if (startsWith(bytes, "GET /health")) write(healthy);
            else write(NOT_FOUND);
        }

        private void start(List<byte[]> chunks, boolean atOnce) {
            write(STREAM_HEAD);
            if (atOnce) {
                for (byte[] chunk : chunks) write(chunk);
                return;
            }
            open++;
            stream = new Stream(this, chunks);
            step(stream);
        }

        void write(byte[] bytes) {
            try {
                var buffer = ByteBuffer.wrap(bytes);
                if (out.isEmpty()) channel.write(buffer);
                if (buffer.hasRemaining()) {
                    out.add(buffer);
                    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                }
            } catch (IOException e) {
                close();
            }
        }

        private void flush() throws IOException {
            while (!out.isEmpty()) {
                channel.write(out.peekFirst());
                if (out.peekFirst().hasRemaining()) return;
                out.pollFirst();
            }
            key.interestOps(SelectionKey.OP_READ);
        }

        private void close() {
            if (stream != null) {
                cut++;
                open--;
                stream = null;
            }
            try {
                channel.close();
            } catch (IOException e) {
                System.err.println("close: " + e.getMessage());
            }
        }
    }

    // ---- bytes --------------------------------------------------------------------------------

    private static final byte[] HEAD_END = ascii("\r\n\r\n");
    private static final byte[] LENGTH = ascii("\r\ncontent-length:");
    private static final byte[] CHUNKED = ascii("\r\ntransfer-encoding: chunked");
    private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");
    private static final byte[] FAST = ascii("bench-fast");
    private static final byte[] STREAM = ascii("\"stream\":true");
    private static final byte[] STREAM_SPACED = ascii("\"stream\": true");
    private static final byte[] NOT_FOUND = ascii("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    private static final byte[] STREAM_HEAD =
            ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");

    private static List<String> words(int count) {
        var words = new ArrayList<>(Arrays.asList(MARKDOWN.split("(?<= )|(?<=\n)")));
        if (count == 0) return words;
        var some = new ArrayList<String>();
        for (int i = 0; i < count; i++) some.add("token" + (char) ('a' + i % 26) + " ");
        return some;
    }

    /** One HTTP chunk for each token; the last element ends the answer: finish reason, usage, [DONE]. */
    private static List<byte[]> chunks(List<String> words) {
        var chunks = new ArrayList<byte[]>();
        for (int i = 0; i < words.size(); i++) {
            String role = i == 0 ? "\"role\":\"assistant\"," : "";
            chunks.add(chunk(event("{" + role + "\"content\":\"" + escape(words.get(i)) + "\"}", "null", "")));
        }
        int n = words.size();
        String usage = ",\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":" + n + ",\"total_tokens\":" + (12 + n) + "}";
        chunks.add(concat(chunk(event("{}", "\"stop\"", usage)), concat(chunk("data: [DONE]\n\n"), ascii("0\r\n\r\n"))));
        return chunks;
    }

    private static String event(String delta, String finish, String more) {
        return "data: {\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench\","
                + "\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]" + more + "}\n\n";
    }

    /** 20 tokens, 358 bytes: the size of the answers that the peers were measured with. */
    private static String completionBody() {
        String start = "{\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"bench\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
        String end = "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":20,\"total_tokens\":32}}";
        return start + "lorem ipsum dolor sit amet ".repeat(10).substring(0, 358 - start.length() - end.length()) + end;
    }

    private static byte[] response(String body) {
        return ascii("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static byte[] chunk(String data) {
        return ascii(Integer.toHexString(data.length()) + "\r\n" + data + "\r\n");
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static boolean startsWith(byte[] bytes, String prefix) {
        if (bytes.length < prefix.length()) return false;
        for (int i = 0; i < prefix.length(); i++) if (bytes[i] != prefix.charAt(i)) return false;
        return true;
    }

    /** Ignores the case of ASCII letters, since header names come in any. */
    private static int indexOf(byte[] bytes, int from, int to, byte[] lower) {
        outer:
        for (int i = from; i <= to - lower.length; i++) {
            for (int j = 0; j < lower.length; j++) {
                byte b = bytes[i + j];
                if (b >= 'A' && b <= 'Z') b += 32;
                if (b != lower[j]) continue outer;
            }
            return i;
        }
        return -1;
    }
}
