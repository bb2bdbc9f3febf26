package carafe.feature.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What fails around the proxy: each fault has its answer, is written down, and reaches no other request. */
class FaultsTest {
    private static final String KEY = "panel-key";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private RawServer upstream;
    private TestApp app;

    @BeforeEach
    void open() {
        upstream = RawServer.manual();
    }

    @AfterEach
    void close() {
        if (app != null) {
            app.close();
        }
        upstream.close();
    }

    private Path env() {
        return folder.resolve("no.env");
    }

    private RawSocket start(String... settings) throws IOException {
        Files.writeString(
                env(),
                "API_BASE_URL=" + upstream.url() + "\nENABLE_DASHBOARD=true\nDASHBOARD_API_KEY=" + KEY + "\n"
                        + "LOG_STORAGE_PATH=" + folder.resolve("lines") + "\n" + String.join("\n", settings) + "\n");
        app = TestApp.start(folder, "PROXY_PORT", "0");
        return client();
    }

    private RawSocket client() {
        return RawSocket.connect(app.app().proxy().orElseThrow().port());
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: p\r\n\r\n";
    }

    /** Another request on another connection, while the fault is there. */
    private void othersPass() {
        try (var other = client()) {
            other.send(get("/other"));
            var peer = upstream.next();
            assertThat(peer.readHead()).startsWith("GET /other ");
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            assertThat(other.readMessage()).endsWith("\r\n\r\nok");
        }
    }

    private String call(String method, String path, String body) {
        return call(KEY, method, path, body);
    }

    private String call(String key, String method, String path, String body) {
        try (var client = client()) {
            client.send(method + " " + path + " HTTP/1.1\r\nHost: p\r\nConnection: close\r\nAuthorization: Bearer "
                    + key + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                    + body);
            return whole(client);
        }
    }

    /** A head and its body, whatever frames it. */
    private static String whole(RawSocket client) {
        var head = client.readHead();
        if (!head.contains("Transfer-Encoding: chunked")) {
            return head + client.readToEnd();
        }
        var message = new StringBuilder(head);
        for (int length = chunk(client); length > 0; length = chunk(client)) {
            message.append(client.read(length));
            client.read(2);
        }
        return message.toString();
    }

    private static int chunk(RawSocket client) {
        return Integer.parseInt(client.readUntil("\r\n").strip(), 16);
    }

    private static JsonNode body(String message) {
        try {
            return MAPPER.readTree(message.substring(message.indexOf("\r\n\r\n") + 4));
        } catch (IOException e) {
            throw new AssertionError(message, e);
        }
    }

    private JsonNode eventually(String path, Predicate<JsonNode> holds) throws InterruptedException {
        long end = System.nanoTime() + 20_000_000_000L;
        while (true) {
            var found = body(call("GET", path, ""));
            if (holds.test(found)) {
                return found;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError(path + " → " + found);
            }
            Thread.sleep(20);
        }
    }

    // ---- clients and upstreams ----------------------------------------------------------------

    @Test
    void aClientThatLeavesInMidStreamIsAWarningAndNoFailure() throws Exception {
        try (var client = start()) {
            client.send(get("/stream"));
            var peer = upstream.next();
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
            client.readUntil("one");
            client.reset();
            assertThat(peer.readToEnd()).as("the call upstream ends").isEmpty();
        }
        var line = eventually(
                        "/api/logs/history?level=WARNING",
                        json -> json.path("logs").size() == 1)
                .at("/logs/0/message")
                .asText();
        assertThat(line).startsWith("GET stream the client left after ").endsWith(" bytes");
        var stats = body(call("GET", "/api/stats", ""));
        assertThat(stats.at("/summary/failed_requests").asInt()).isZero();
        assertThat(stats.at("/recent_requests/0/status_code").asInt()).isEqualTo(200);
        othersPass();
    }

    @Test
    void aClientThatLeavesBeforeTheAnswerCountsAs499() throws Exception {
        try (var client = start()) {
            client.send(get("/never"));
            var peer = upstream.next();
            peer.readHead();
            client.reset();
            assertThat(peer.readToEnd()).isEmpty();
        }
        var call = eventually(
                        "/api/stats",
                        json -> json.at("/recent_requests/0/status_code").asInt() > 0)
                .at("/recent_requests/0");
        assertThat(call.path("status_code").asInt()).isEqualTo(499);
    }

    @Test
    void anAnswerThatBreaksOffIsBrokenForTheClientAndAnErrorInTheFigures() throws Exception {
        try (var client = start()) {
            client.send(get("/breaks"));
            var peer = upstream.next();
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
            client.readUntil("one");
            othersPass();
            peer.close();
            assertThat(client.readToEnd()).doesNotContain("0\r\n\r\n");
        }
        var errors = eventually(
                "/api/errors?path_filter=breaks", json -> json.path("errors").size() == 1);
        assertThat(errors.at("/errors/0/error").asText()).isEqualTo("the connection ended in the middle of the answer");
        assertThat(body(call("GET", "/api/stats", ""))
                        .at("/summary/failed_requests")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void anUpstreamThatHangsIs502AfterTheLongestSilence() throws Exception {
        try (var client = start("PROXY_TIMEOUT=1s")) {
            client.send(get("/hangs"));
            upstream.next().readHead();
            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("\r\nContent-Type: text/plain", "\r\n\r\nUpstream request failed: ");
            othersPass();
        }
    }

    @Test
    void theNextUpstreamServesWhileTheFirstCannotBeReached() throws Exception {
        int closed;
        try (var gone = RawServer.manual()) {
            closed = gone.port();
        }
        Files.createDirectories(folder);
        try (var client = start("API_BASE_URL=http://127.0.0.1:" + closed + "/first;" + upstream.url() + "/second")) {
            client.send(get("/v1/models"));
            var peer = upstream.next();
            assertThat(peer.readHead()).startsWith("GET /second/v1/models ");
            peer.send("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readMessage()).as("an answer is an answer").startsWith("HTTP/1.1 500 Broken");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: +3\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: p\r\nX : y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: p\r\nHost: q\r\n\r\n",
                "GET / HTTP/1.1\r\nX: a\r\n folded\r\nHost: p\r\n\r\n",
                "GET /\u0001 HTTP/1.1\r\nHost: p\r\n\r\n",
            })
    void whatCanBeReadInTwoWaysNeverGoesUpstream(String request) throws Exception {
        try (var client = start()) {
            client.send(request);
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400 ");
            assertThat(upstream.connections()).isZero();
            othersPass();
        }
    }

    // ---- the panel's door ---------------------------------------------------------------------

    @Test
    void withoutADashboardThereIsNoPanel() throws Exception {
        try (var client = start("ENABLE_DASHBOARD=no")) {
            for (var path :
                    new String[] {"/admin", "/admin/logs", "/api/admin/stats", "/api/config", "/api/logs/history"}) {
                assertThat(call("GET", path, ""))
                        .as(path)
                        .startsWith("HTTP/1.1 403 ")
                        .contains("Dashboard is disabled");
            }
            assertThat(call("PUT", "/api/admin/config", "{\"port\":1}")).startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "anything"})
    void withoutAKeyNobodyChangesAnything(String key) throws Exception {
        try (var client = start("DASHBOARD_API_KEY=")) {
            var before = Files.readString(env());
            var answer = call(key, "PUT", "/api/admin/config", "{\"debug_mode\":true}");
            assertThat(answer)
                    .startsWith("HTTP/1.1 401 ")
                    .contains("Dashboard API key is not configured", "WWW-Authenticate: Bearer");
            assertThat(call(key, "POST", "/api/restart", "{}")).startsWith("HTTP/1.1 401 ");
            assertThat(Files.readString(env())).isEqualTo(before);
        }
    }

    @Test
    void figuresAreOpenWhereThatIsWishedAndNothingElse() throws Exception {
        try (var client = start("DASHBOARD_OPEN_STATS=true")) {
            assertThat(call("", "GET", "/api/admin/stats", "")).startsWith("HTTP/1.1 200 ");
            assertThat(call("", "GET", "/api/errors", "")).startsWith("HTTP/1.1 200 ");
            assertThat(call("", "GET", "/api/logs/history", "")).startsWith("HTTP/1.1 401 ");
            assertThat(call("", "GET", "/api/admin/config/private", "")).startsWith("HTTP/1.1 401 ");
        }
    }

    // ---- the settings file --------------------------------------------------------------------

    @Test
    void aSettingsFileThatCannotBeWrittenIsToldAndNothingChanges() throws Exception {
        try (var client = start()) {
            var change = "{\"debug_mode\":true,\"custom_headers\":{\"X-New\":\"1\"}}";
            try (var channel = FileChannel.open(env(), StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                assertThat(call("PUT", "/api/admin/config", change))
                        .startsWith("HTTP/1.1 500 ")
                        .contains("\"detail\":\"The settings were not saved: ", "being written by another program");
            }
            var after = body(call("GET", "/api/admin/config/private", ""));
            assertThat(after.path("debug_mode").asBoolean()).isFalse();
            assertThat(after.path("custom_headers"))
                    .as("the headers that were written first are taken back")
                    .isEmpty();
            Files.delete(env());
            Files.createDirectory(env());
            assertThat(call("PUT", "/api/admin/config", "{\"debug_mode\":true}"))
                    .startsWith("HTTP/1.1 500 ")
                    .contains("is a directory");
            var bootId = body(call("GET", "/health", "")).path("boot_id");
            assertThat(call("POST", "/api/restart", "")).startsWith("HTTP/1.1 200 ");
            eventually("/health", json -> !json.path("boot_id").equals(bootId));
            othersPass(); // to the upstream that was set, with the key that was set
            assertThat(call("GET", "/api/admin/config/private", "")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aSettingsFileThatCannotBeReadAtAStartSendsNothingToAStranger() throws Exception {
        Files.createDirectory(env());
        app = TestApp.start(folder, "PROXY_PORT", "0");
        try (var client = client()) {
            client.send(get("/v1/models"));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502 ").contains("API_BASE_URL is not an http");
        }
    }

    @Test
    void aFileOfAnotherSystemIsReadAndKeptInItsManner() throws Exception {
        try (var client = start()) {
            Files.writeString(
                    env(), Files.readString(env()).replace("\n", "\r\n") + "export DEBUG_MODE=\"yes\" # on\r\nHALF");
            eventually(
                    "/api/admin/config/private", json -> json.path("debug_mode").asBoolean());
            assertThat(call("PUT", "/api/admin/config", "{\"debug_mode\":false}"))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(Files.readString(env()))
                    .contains("API_BASE_URL=" + upstream.url() + "\r\n", "DEBUG_MODE=false", "HALF")
                    .doesNotContain("yes");
        }
    }

    @Test
    void aHeadersFileThatIsNoJsonStopsNothing() throws Exception {
        Files.writeString(folder.resolve(".env.headers.json"), "{\"X-A\": ");
        try (var client = start()) {
            othersPass();
        }
    }

    // ---- the log ------------------------------------------------------------------------------

    @Test
    void aDiskThatIsFullCostsLinesAndNoRequest() throws Exception {
        var today = LocalDate.now(ZoneOffset.UTC);
        Files.createDirectories(folder.resolve("lines"));
        for (var day : new LocalDate[] {today, today.plusDays(1)}) {
            Files.createSymbolicLink(folder.resolve("lines").resolve(day + ".jsonl"), Path.of("/dev/full"));
        }
        try (var client = start()) {
            othersPass();
            othersPass();
            // in the database the lines are there
            eventually(
                    "/api/logs/history?path_filter=other",
                    json -> json.path("logs").size() == 4);
        }
    }

    @Test
    void aLogThatIsOffSaysSo() throws Exception {
        try (var client = start("LOG_PERSISTENCE_ENABLED=false")) {
            othersPass();
            assertThat(call("GET", "/api/logs/history", ""))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Log persistence is disabled");
            assertThat(folder.resolve("lines")).doesNotExist();
        }
    }
}
