package carafe.feature.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import carafe.TestApp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Made-up requests and answers, each compared with what came out on the other side. */
class ByteExactTest {
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND");
    private static final List<String> NAMES =
            List.of("X-a", "x-A", "Accept", "COOKIE", "Authorization", "If-None-Match");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatGoesInComesOut(long seed) throws Exception {
        var random = new Random(seed);
        try (var upstream = RawServer.manual();
                var app = TestApp.start(folder, "PROXY_PORT", "0", "API_BASE_URL", upstream.url());
                var client = RawSocket.connect(app.app().proxy().orElseThrow().port())) {
            RawSocket peer = null;
            for (int round = 0; round < 60; round++) {
                var method = METHODS.get(random.nextInt(METHODS.size()));
                var path = path(random);
                var fields = fields(random);
                var body = method.equals("GET") ? new byte[0] : bytes(random);
                boolean chunked = random.nextBoolean() && !method.equals("GET");
                client.send(method + " " + path + " HTTP/1.1\r\nHost: p\r\n" + fields + framing(chunked, body.length));
                send(client, body, chunked, random);
                peer = peer == null ? upstream.next() : peer;
                var head = peer.readHead();
                assertThat(head)
                        .as("seed %d, round %d", seed, round)
                        .startsWith(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + upstream.port() + "\r\n"
                                + fields)
                        .contains("\r\nX-Forwarded-For: 127.0.0.1\r\n");
                assertThat(receive(peer, head)).isEqualTo(text(body));

                int status = List.of(200, 201, 302, 404, 500, 529).get(random.nextInt(6));
                var answerFields = fields(random);
                var answer = bytes(random);
                boolean answerChunked = random.nextBoolean();
                peer.send("HTTP/1.1 " + status + " Some Reason\r\n" + answerFields
                        + "Set-Cookie: a=1, 2\r\nContent-Encoding: br\r\nSet-Cookie: b=2\r\n"
                        + framing(answerChunked, answer.length));
                send(peer, answer, answerChunked, random);
                var seen = client.readHead();
                assertThat(seen)
                        .startsWith("HTTP/1.1 " + status + " Some Reason\r\n" + answerFields
                                + "Set-Cookie: a=1, 2\r\nContent-Encoding: br\r\nSet-Cookie: b=2\r\n");
                assertThat(receive(client, seen)).isEqualTo(text(answer));
            }
            assertThat(upstream.connections()).isEqualTo(1);
        }
    }

    private static String path(Random random) {
        var path = new StringBuilder("/v1");
        var letters = "abc/%2F;:@&=+$,~*'()!.é";
        for (int i = random.nextInt(60); i > 0; i--) {
            char letter = letters.charAt(random.nextInt(letters.length() - 1));
            path.append(letter == '%' ? "%e4" : letter);
        }
        return random.nextBoolean() ? path + "?q=" + random.nextInt() + "&q=&%00" : path.toString();
    }

    private static String fields(Random random) {
        var fields = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            fields.append(NAMES.get(random.nextInt(NAMES.size())))
                    .append(": ")
                    .append(Long.toString(random.nextLong(), 36))
                    .append(random.nextInt(8) == 0 ? "; \u00e9\t\"x,y\"" : "")
                    .append("\r\n");
        }
        return fields.toString();
    }

    private static byte[] bytes(Random random) {
        var bytes = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(1 << random.nextInt(18))];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String framing(boolean chunked, int length) {
        return (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + length) + "\r\n\r\n";
    }

    private static void send(RawSocket to, byte[] body, boolean chunked, Random random) {
        int at = 0;
        while (at < body.length) {
            int count = Math.min(body.length - at, 1 + random.nextInt(20_000));
            var part = java.util.Arrays.copyOfRange(body, at, at + count);
            if (chunked) {
                to.send(Integer.toHexString(count) + (random.nextInt(9) == 0 ? ";ext=1" : "") + "\r\n");
            }
            to.send(part);
            if (chunked) {
                to.send("\r\n");
            }
            at += count;
        }
        if (chunked) {
            to.send("0\r\n\r\n");
        }
    }

    private static String receive(RawSocket from, String head) {
        if (!head.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")) {
            int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("\r\ncontent-length: ");
            return at < 0 ? "" : from.read(Integer.parseInt(head.substring(at + 18, head.indexOf("\r\n", at + 2))));
        }
        var body = new StringBuilder();
        while (true) {
            var line = from.readUntil("\r\n").strip();
            int length = Integer.parseInt(line.split(";")[0], 16);
            body.append(from.read(length));
            from.read(2);
            if (length == 0) {
                return body.toString();
            }
        }
    }
}
