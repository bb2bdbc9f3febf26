import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** An upstream with large bodies: what is sent to it is read and counted, {@code GET} answers as many bytes as its path names. */
final class BigUpstream implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    BigUpstream() throws IOException {
        Thread.ofPlatform().daemon().start(() -> {
            while (!listener.isClosed()) {
                try {
                    var socket = listener.accept();
                    Thread.ofPlatform().daemon().start(() -> serve(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    int port() {
        return listener.getLocalPort();
    }

    private static void serve(Socket socket) {
        try (socket) {
            var in = socket.getInputStream();
            for (var head = head(in); !head.isEmpty(); head = head(in)) {
                long length = length(head);
                var answer = head.startsWith("GET") ? Long.parseLong(head.split("[ /]+")[1]) : 0;
                drain(in, length);
                var text = "read " + length;
                var out = socket.getOutputStream();
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + (answer > 0 ? answer : text.length()) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                if (answer == 0) out.write(text.getBytes(StandardCharsets.US_ASCII));
                var block = new byte[1 << 16];
                for (long left = answer; left > 0; left -= block.length) out.write(block, 0, (int) Math.min(left, block.length));
            }
        } catch (IOException e) {
            System.err.println("big upstream: " + e.getMessage());
        }
    }

    static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.append((char) b);
            if (b == '\n' && head.length() > 3 && head.substring(head.length() - 4).equals("\r\n\r\n")) return head.toString();
        }
        return "";
    }

    static long length(String head) {
        for (var line : head.split("\r\n")) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) return Long.parseLong(line.substring(15).strip());
        }
        return 0;
    }

    static void drain(InputStream in, long length) throws IOException {
        var block = new byte[1 << 16];
        for (long left = length; left > 0; ) {
            int n = in.read(block, 0, (int) Math.min(left, block.length));
            if (n < 0) throw new IOException("ended early, " + left + " bytes are missing");
            left -= n;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
