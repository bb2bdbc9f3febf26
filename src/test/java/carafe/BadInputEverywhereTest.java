package carafe;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.http.Routes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every route there is, tried with what no route expects: an administrator's key in the hands of a broken program. The
 * bodies are drawn from all the names that handlers ask for and values of every wrong kind. Whatever comes, it is the
 * caller's mistake and not a fault of the server.
 *
 * <p>{@code -Dcarafe.bad-input.rounds=200} tries longer, {@code -Dcarafe.bad-input.seed=7} other ones.
 */
class BadInputEverywhereTest {
    private static final int ROUNDS = Integer.getInteger("carafe.bad-input.rounds", 3);
    private static final long SEED = Long.getLong("carafe.bad-input.seed", 1);

    /** They end sign-ins or the process, which is their work. */
    private static final Pattern LEFT_OUT = Pattern.compile(".*/(signout|restart|sessions/revoke)$|/health.*|/ready");

    private static final Pattern NAME =
            Pattern.compile("(?:fields|body|input|node|request|each)\\.\\w+\\(\\s*\"([a-zA-Z_]{2,30})\"");

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1.5",
            "1e308",
            "9223372036854775808",
            "\"\"",
            "\"x\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"" + "ü".repeat(5000) + "\"",
            "\"../../etc/passwd\"",
            "\"data:image/png;base64,AAAA\"",
            "\"http://127.0.0.1:1/\"",
            "[]",
            "{}",
            "[null]",
            "[1]",
            "[\"x\"]",
            "[[]]",
            "[{}]",
            "{\"x\":null}",
            "{\"x\":{\"y\":[]}}",
            "[{\"id\":\"x\",\"role\":\"user\",\"content\":\"x\",\"parentId\":\"x\",\"childrenIds\":[\"x\"]}]",
            "{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}",
            "[{\"role\":\"tool\",\"content\":[{\"type\":\"image_url\"}],\"tool_calls\":[{}]}]",
            "{\"messages\":{\"a\":{\"id\":\"a\",\"parentId\":\"a\"}},\"currentId\":\"a\"}");

    private static final List<String> WHOLE = List.of(
            "",
            "null",
            "[]",
            "\"x\"",
            "1",
            "{",
            "{\"a\":1,\"a\":2}",
            "[".repeat(2000),
            "\u0000",
            "{\"x\":\"\\ud800\"}");

    private static final List<String> IDS = List.of(
            "x", "%00", "..%2f..%2fx", "-1", "99999999999999999999", "%F0%9F%8D%B7", "%ff", "a".repeat(3000), "%20");

    private static final List<String> QUERIES = List.of(
            "",
            "?page=-1&limit=-1&skip=x&offset=1e9",
            "?page=99999999999&limit=99999999999&user_id=x&lesson_id=%00",
            "?query=%00&text=%ff&order_by=x&direction=x&id=x&name=%27",
            "?page=&limit=&query=%22%27%3b--&since=x&days=-1&level=x&stream=x");

    @TempDir
    static Path folder;

    static TestApp app;
    static TestApp.User admin;
    static List<String> names;

    @BeforeAll
    static void start() throws IOException {
        app = TestApp.start(folder, "RATE_LIMIT_GLOBAL", "0", "RATE_LIMIT_EXECUTE", "0", "RATE_LIMIT_HINT", "0");
        admin = app.signUp("admin");
        names = namesOfFields();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static List<String> namesOfFields() throws IOException {
        var found = new TreeSet<String>();
        try (var files = Files.walk(Path.of("src/main/java/carafe/feature"))) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                NAME.matcher(Files.readString(file)).results().forEach(each -> found.add(each.group(1)));
            }
        }
        assertThat(found).hasSizeGreaterThan(100);
        return List.copyOf(found);
    }

    static Stream<Routes.Declared> routes() {
        return app.app().http().endpoints().stream()
                .filter(route -> !route.method().equals("WS")
                        && !route.path().contains("events")
                        && !LEFT_OUT.matcher(route.path()).matches());
    }

    @ParameterizedTest
    @MethodSource("routes")
    void isTheCallersMistake(Routes.Declared route) {
        var random =
                new Random(SEED + route.method().hashCode() * 31L + route.path().hashCode());
        boolean hasBody = Set.of("POST", "PUT", "PATCH", "DELETE").contains(route.method());
        for (int round = 0; round < ROUNDS; round++) {
            var path = path(route.path(), random) + one(QUERIES, random);
            var body = hasBody ? body(random) : null;
            var answer = app.send(admin, route.method(), path, body);
            assertThat(answer.statusCode())
                    .as("%s %s %s → %s", route.method(), shortened(path), shortened(body), shortened(answer.body()))
                    .isNotEqualTo(500);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BLA\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /%2e%2e/x HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v1/models/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "GET /api HTTP/1.1\r\nHost: x\r\nX: LONG\r\n\r\n"
            })
    void whatIsNoRequestIsRefusedInJsonAndEndsTheConnection(String text) {
        try (var client = RawSocket.connect(URI.create(app.url("/")).getPort())) {
            client.send(text.replace("LONG", "a".repeat(40_000)));
            var answer = client.readToEnd();
            assertThat(answer)
                    .startsWith("HTTP/1.1 4")
                    .contains("Content-Type: application/json", "Connection: close", "X-Request-ID: ", "{\"detail\":")
                    .doesNotContain("<", "Exception");
        }
    }

    /** The answer must not be lost when the connection is closed on what the client still sends. */
    @Test
    void anUnreadableAddressIsRefusedThoughALongBodyFollows() {
        var body = "{\"a\":\"" + "x".repeat(60_000) + "\"}";
        for (int i = 0; i < 200; i++) {
            assertThat(app.post(admin, "/api/v1/workflows/runs/%ff/answer", body)
                            .statusCode())
                    .isEqualTo(400);
        }
    }

    /** Also where the answer does not depend on the body: the next request on the connection must not be lost. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /api/v1/chats/unarchive/all",
                "DELETE /api/v1/chats/",
                "GET /api/version",
                "GET /",
                "HEAD /"
            })
    void aBodyThatNobodyAskedForDoesNotEndTheConnection(String line) throws InterruptedException {
        var headers = " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + admin.token() + "\r\n";
        try (var client = RawSocket.connect(URI.create(app.url("/")).getPort())) {
            client.send(line + headers + "Content-Length: 60000\r\n\r\n" + "x".repeat(30_000));
            Thread.sleep(100); // the server has its answer by now
            client.send("x".repeat(30_000));
            client.send("GET /api/config" + headers + "Connection: close\r\n\r\n");
            assertThat(client.readToEnd().split("HTTP/1.1 200", -1)).hasSize(3);
        }
    }

    private static String path(String template, Random random) {
        var path = template;
        while (path.matches(".*[{<][a-zA-Z_]+[}>].*")) {
            path = path.replaceFirst("[{<][a-zA-Z_]+[}>]", one(IDS, random).replace("$", ""));
        }
        return path;
    }

    private static String body(Random random) {
        if (random.nextInt(4) == 0) {
            return one(WHOLE, random);
        }
        var parts = new ArrayList<String>();
        int count = 1 + random.nextInt(60);
        for (int i = 0; i < count; i++) {
            parts.add("\"" + one(names, random) + "\":" + one(VALUES, random));
        }
        return "{" + String.join(",", parts) + "}";
    }

    private static <T> T one(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private static String shortened(String text) {
        return text == null ? "" : text.substring(0, Math.min(600, text.length()));
    }
}
