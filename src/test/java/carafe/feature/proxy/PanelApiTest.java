package carafe.feature.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The panel's interface under both of its spellings, on the proxy's own port and on the main port. */
@TestMethodOrder(MethodOrderer.MethodName.class)
class PanelApiTest {
    private static final String KEY = "the key of the panel";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    static Path folder;

    private static RawServer upstream;
    private static TestApp app;
    private static TestApp.User admin;
    private static TestApp.User user;

    @BeforeAll
    static void start() throws IOException {
        upstream = RawServer.playing(peer -> {
            while (true) {
                var request = peer.readMessage();
                if (request.contains("/fails")) {
                    peer.send(
                            "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: 51\r\n\r\n"
                                    + "{\"error\":\"slow down\",\"key\":\"sk-0123456789abcdefgh\"}");
                } else {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
                }
            }
        });
        Files.writeString(folder.resolve("no.env"), """
                # settings of the proxy
                API_BASE_URL=%s

                ENABLE_DASHBOARD=true   # shown
                DASHBOARD_API_KEY='%s'
                LOG_STORAGE_PATH=%s
                OTHER="kept as it is"
                """.formatted(upstream.url(), KEY, folder.resolve("lines")));
        app = TestApp.start(folder, "PROXY_PORT", "0");
        admin = app.signUp("admin");
        user = app.signUp("user");
    }

    @AfterAll
    static void stop() {
        app.close();
        upstream.close();
    }

    private static int port() {
        return app.app().proxy().orElseThrow().port();
    }

    private static HttpResponse<String> call(String key, String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        try {
            return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return MAPPER.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + answer.body(), e);
        }
    }

    private static JsonNode get(String path) {
        var answer = call(KEY, "GET", path, null);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static void pass(String path) {
        try (var client = RawSocket.connect(port())) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: p\r\n\r\n");
            client.readMessage();
        }
    }

    private static JsonNode eventually(String path, Predicate<JsonNode> holds) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        var found = get(path);
        while (!holds.test(found) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            found = get(path);
        }
        assertThat(holds.test(found)).as(path + " → " + found).isTrue();
        return found;
    }

    // ---- figures ------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"/api/admin/stats", "/api/stats"})
    void figuresAreThere(String path) {
        pass("/v1/figures?x=1");
        pass("/v1/fails");
        var stats = eventually(
                path,
                json -> json.path("summary").path("failed_requests").asInt() > 0
                        && json.path("top_paths").has("v1/figures"));
        var summary = stats.path("summary");
        assertThat(summary.path("total_requests").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(summary.path("success_rate").asDouble()).isStrictlyBetween(0.0, 1.0);
        assertThat(summary.path("total_bytes_sent_formatted").asText()).matches("\\d+\\.\\d [KMG]?B");
        assertThat(summary.path("uptime_seconds").asDouble()).isPositive();
        assertThat(stats.at("/performance/response_time_ms/p99").asDouble()).isPositive();
        assertThat(stats.at("/time_series/requests_per_minute/0/time").asLong() % 60)
                .isZero();
        assertThat(stats.at("/time_series/requests_per_minute/0/count").asInt()).isPositive();
        assertThat(stats.at("/time_series/errors_per_minute").isArray()).isTrue();
        assertThat(stats.at("/time_series/bytes_per_minute").isArray()).isTrue();
        var figures = stats.path("top_paths").path("v1/figures");
        assertThat(figures.path("count").asInt()).isPositive();
        assertThat(figures.path("bytes").asInt())
                .isEqualTo(5 * figures.path("count").asInt());
        assertThat(figures.path("success_rate").asDouble()).isEqualTo(1.0);
        var recent = stats.path("recent_requests");
        assertThat(recent.path(0).path("request_id").asText()).matches("\\d+-\\d+");
        assertThat(get(path + "?limit=1").path("recent_requests")).hasSize(1);
        assertThat(get(path + "?start_time=1&end_time=2").path("recent_requests"))
                .isEmpty();
        assertThat(get(path + "?start_time=1&end_time=2")
                        .at("/summary/success_rate")
                        .asDouble())
                .isEqualTo(1.0);
        assertThat(call(KEY, "GET", path + "?limit=many", null).statusCode()).isEqualTo(422);
        assertThat(call(KEY, "GET", path + "?start_time=NaN", null).statusCode())
                .isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/admin/errors", "/api/errors"})
    void errorsAreThereWithTheirContentAndWithoutSecrets(String path) {
        pass("/v1/Fails-not");
        pass("/v1/fails");
        var found = eventually(
                path + "?path_filter=FAILS", json -> !json.path("errors").isEmpty());
        var error = found.path("errors").path(0);
        assertThat(error.path("error").asText()).isEqualTo("HTTP 429: Too Many Requests");
        assertThat(error.path("path").asText()).isEqualTo("v1/fails");
        assertThat(error.path("response_content").asText())
                .contains("slow down")
                .doesNotContain("0123456789abcdefgh");
        assertThat(error.path("formatted_time").asText()).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
        assertThat(found.at("/pagination/total").asInt())
                .isEqualTo(found.path("errors").size());
        assertThat(found.at("/statistics/errors_by_path/v1~1fails").asInt()).isPositive();
        assertThat(get(path + "?path_filter=nothing").path("errors")).isEmpty();
        assertThat(get(path + "?offset=100000").path("errors")).isEmpty();
    }

    @Test
    void theKeyOpensWhatItMust() {
        for (var path : List.of(
                "/api/admin/health",
                "/api/admin/stats",
                "/api/stats",
                "/api/admin/errors",
                "/api/errors",
                "/api/admin/config/private",
                "/api/admin/logs/stream",
                "/api/logs/stream",
                "/api/logs/history",
                "/api/admin/logs/history",
                "/api/admin/upstreams")) {
            var answer = call(null, "GET", path, null);
            assertThat(answer.statusCode()).as(path).isEqualTo(401);
            assertThat(json(answer).path("detail").asText()).isEqualTo("Invalid or missing API key");
            assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        }
        for (var change : List.of(
                "PUT /api/admin/config",
                "POST /api/config",
                "POST /api/restart",
                "POST /api/admin/restart",
                "POST /api/admin/logs/clear",
                "DELETE /api/logs/clear",
                "POST /api/admin/logs/broadcast",
                "POST /api/admin/upstreams/test")) {
            var words = change.split(" ");
            assertThat(call(null, words[0], words[1], "{}").statusCode())
                    .as(change)
                    .isEqualTo(401);
        }
        assertThat(call(null, "HEAD", "/api/admin/config", null).statusCode()).isEqualTo(401);
        assertThat(call(KEY, "HEAD", "/api/admin/config", null).statusCode()).isEqualTo(204);
        assertThat(get("/api/admin/health").path("status").asText()).isEqualTo("ok");
        assertThat(call(KEY, "GET", "/api/admin/nothing", null).statusCode()).isEqualTo(404);
    }

    @Test
    void onTheMainPortTheSameIsForAdministratorsAlone() {
        pass("/v1/main");
        for (var path : List.of("/proxy/api/admin/stats", "/proxy/api/config", "/proxy/api/admin/config/private")) {
            assertThat(app.get(null, path).statusCode()).isEqualTo(401);
            assertThat(app.get(user, path).statusCode()).isIn(401, 403);
            assertThat(app.get(admin, path).statusCode()).isEqualTo(200);
        }
        assertThat(app.send(null, "GET", "/proxy/api/stats", null, "Authorization", "Bearer " + KEY)
                        .statusCode())
                .isEqualTo(401);
    }

    // ---- settings -----------------------------------------------------------------------------

    @Test
    void strangersSeeSettingsWithoutSecrets() {
        for (var path : List.of("/api/admin/config", "/api/config")) {
            var shown = json(call(null, "GET", path, null));
            assertThat(shown.path("entries").findValuesAsText("key"))
                    .containsExactly(
                            "target_base_url",
                            "preserve_host",
                            "system_prompt_replacement",
                            "system_prompt_block_insert_if_not_exist",
                            "debug_mode",
                            "port",
                            "enable_dashboard",
                            "dashboard_api_key",
                            "custom_headers");
            assertThat(shown.path("target_base_url").asText()).isEqualTo(upstream.url());
            assertThat(shown.path("dashboard_api_key").asText()).isEmpty();
            assertThat(shown.path("custom_headers")).isEmpty();
            assertThat(shown.path("api_key_configured").asBoolean()).isTrue();
            assertThat(shown.path("port").asInt()).isEqualTo(port());
            assertThat(shown.toString()).doesNotContain(KEY);
        }
        assertThat(get("/api/admin/config/private").path("dashboard_api_key").asText())
                .isEqualTo(KEY);
        var metadata =
                json(call(null, "GET", "/api/admin/config/metadata", null)).path("metadata");
        assertThat(metadata).hasSize(9);
        assertThat(metadata.path(0).at("/metadata/value_type").asText()).isEqualTo("string");
        assertThat(metadata.path(2).path("value").isNull()).isTrue();
    }

    @Test
    void aKeyThatIsTooLongToSignInWithIsNotTaken() {
        var answer = call(KEY, "PUT", "/api/admin/config", "{\"dashboard_api_key\":\"" + "k".repeat(1025) + "\"}");
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("dashboard_api_key");
        get("/api/admin/stats"); // the key that was still is
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"target_base_url\":\"ftp://x\"}|target_base_url",
                "{\"target_base_url\":\"http://\"}|target_base_url",
                "{\"target_base_url\":7}|target_base_url",
                "{\"port\":0}|port",
                "{\"port\":70000}|port",
                "{\"port\":\"8088\"}|port",
                "{\"debug_mode\":\"yes\"}|debug_mode",
                "{\"custom_headers\":[]}|custom_headers",
                "{\"custom_headers\":{\"A B\":\"x\"}}|custom_headers",
                "{\"custom_headers\":{\"A\":{\"b\":1}}}|custom_headers",
                "{\"custom_headers\":{\"A\":\"x\\r\\ny: z\"}}|custom_headers",
                "{\"custom_headers\":{\"Transfer-Encoding\":\"chunked\"}}|custom_headers",
                "{\"timeout\":\"soon\"}|timeout",
                "{\"dashboard_api_key\":\"two\\nlines\"}|dashboard_api_key",
                "{\"dashboard_api_key\":\"schl\u00fcssel\"}|dashboard_api_key",
                "{\"unset\":[\"nothing\"]}|unset",
            })
    void settingsThatCannotBeAreRefusedWhole(String body, String field) throws IOException {
        var before = Files.readString(folder.resolve("no.env"));
        var answer = call(
                KEY,
                "PUT",
                "/api/admin/config",
                body.replace("{", "{\"preserve_host\":true,")
                        .replaceFirst(",}", "}")
                        .replace("{\"preserve_host\":true,\"A", "{\"A")
                        .replace("{\"preserve_host\":true,\"T", "{\"T")
                        .replace("{\"preserve_host\":true,\"b", "{\"b"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        assertThat(json(answer).path("detail").asText()).contains(field);
        assertThat(Files.readString(folder.resolve("no.env"))).isEqualTo(before);
    }

    @Test
    void settingsAreWrittenInPlaceAndHoldAtOnce() throws IOException {
        var bootId = get("/health").path("boot_id").asText();
        var answer = json(call(KEY, "PUT", "/api/admin/config", """
                {"system_prompt_replacement": "It's \\"new\\"", "system_prompt_block_insert_if_not_exist": true, "unknown": 1,
                 "debug_mode": null, "target_base_url": "%s/"}""".formatted(upstream.url())));
        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.path("updated_fields"))
                .extracting(JsonNode::asText)
                .containsExactly(
                        "target_base_url", "system_prompt_replacement", "system_prompt_block_insert_if_not_exist");
        assertThat(answer.path("restart_scheduled").asBoolean()).isTrue();
        assertThat(answer.path("restart_after_ms").asInt()).isEqualTo(1000);
        assertThat(Files.readString(folder.resolve("no.env")))
                .isEqualTo("""
                # settings of the proxy
                API_BASE_URL=%s

                ENABLE_DASHBOARD=true   # shown
                DASHBOARD_API_KEY='%s'
                LOG_STORAGE_PATH=%s
                OTHER="kept as it is"
                SYSTEM_PROMPT_REPLACEMENT="It's \\"new\\""
                SYSTEM_PROMPT_BLOCK_INSERT_IF_NOT_EXIST=true
                """.formatted(upstream.url(), KEY, folder.resolve("lines")));
        assertThat(get("/api/admin/config/private")
                        .path("system_prompt_replacement")
                        .asText())
                .isEqualTo("It's \"new\"");
        assertThat(folder.resolve("backups"))
                .isDirectoryContaining(file -> file.getFileName().toString().startsWith("no.env_"));
        eventually("/health", health -> !health.path("boot_id").asText().equals(bootId));

        assertThat(call(KEY, "PUT", "/api/config", "{}").statusCode()).isEqualTo(200);
        assertThat(call(KEY, "HEAD", "/api/config", null).statusCode()).isEqualTo(204);
        assertThat(call(null, "GET", "/api/config/private", null).statusCode()).isEqualTo(401);
        assertThat(get("/api/config/private")).isEqualTo(get("/api/admin/config/private"));
        assertThat(get("/api/config/metadata")).isEqualTo(get("/api/admin/config/metadata"));
        var headers = json(call(
                KEY, "POST", "/api/config", "{\"custom_headers\": {\"X-A\": \"1\", \"__note\": \"n\", \"X-N\": 2}}"));
        assertThat(headers.path("restart_scheduled").asBoolean()).isFalse();
        assertThat(headers.has("restart_after_ms")).isFalse();
        assertThat(get("/api/admin/config/private").path("custom_headers").toString())
                .contains("\"X-A\":\"1\"", "\"X-N\":\"2\"");
        assertThat(Files.readString(folder.resolve(".env.headers.json"))).contains("__note", "\"X-N\" : 2");

        call(
                KEY,
                "PUT",
                "/api/admin/config",
                "{\"unset\": [\"system_prompt_replacement\", \"system_prompt_block_insert_if_not_exist\"]}");
        assertThat(get("/api/admin/config/private")
                        .path("system_prompt_replacement")
                        .isNull())
                .isTrue();
        assertThat(Files.readString(folder.resolve("no.env"))).endsWith("OTHER=\"kept as it is\"\n");
    }

    @Test
    void theProxyMovesToAnotherPortWithoutCuttingAnybody() throws IOException {
        int old = port();
        int next;
        try (var free = new java.net.ServerSocket(0)) {
            next = free.getLocalPort();
        }
        try (var client = RawSocket.connect(old)) {
            client.send("GET /before HTTP/1.1\r\nHost: p\r\n\r\n");
            client.readMessage();
            assertThat(call(KEY, "PUT", "/api/admin/config", "{\"port\": " + next + "}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(port()).isEqualTo(next);
            client.send("GET /after HTTP/1.1\r\nHost: p\r\n\r\n");
            assertThat(client.readMessage()).endsWith("hello");
        }
        assertThat(Files.readString(folder.resolve("no.env"))).contains("\nPROXY_PORT=" + next + "\n");
        try (var taken = new java.net.ServerSocket()) {
            taken.bind(new java.net.InetSocketAddress("127.0.0.1", 0));
            var refused = call(KEY, "PUT", "/api/admin/config", "{\"port\": " + taken.getLocalPort() + "}");
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(port()).isEqualTo(next);
        }
    }

    @Test
    void aRestartGivesANewBootIdAndCutsNobody() {
        var before = get("/health");
        try (var client = RawSocket.connect(port())) {
            client.send("GET /long HTTP/1.1\r\nHost: p\r\n");
            var answer = json(call(KEY, "POST", "/api/restart", null));
            assertThat(answer.path("restart_scheduled").asBoolean()).isTrue();
            assertThat(answer.path("restart_after_ms").asInt()).isEqualTo(1000);
            eventually("/health", health -> !health.path("boot_id").equals(before.path("boot_id")));
            client.send("\r\n");
            assertThat(client.readMessage()).endsWith("hello");
        }
        assertThat(call(KEY, "POST", "/api/restart?strategy=violent", null).statusCode())
                .isEqualTo(422);
    }

    @Test
    void aRestartThatEndsTheProcessIsNotLostBehindAGentlerOne() throws Exception {
        var ended = new CountDownLatch(1);
        try (var config = new ProxyConfig(Map.of(), folder.resolve("other.env"), MAPPER, Clock.systemUTC())) {
            var restart = new Restart(config, ended::countDown);
            restart.schedule("exec");
            restart.schedule("signal");
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void upstreamsAreTried() {
        var tried = json(call(KEY, "POST", "/api/admin/upstreams/test", null)).path("upstreams");
        assertThat(tried).hasSize(1);
        assertThat(tried.path(0).path("reachable").asBoolean()).isTrue();
        assertThat(tried.path(0).path("status").asInt()).isEqualTo(200);
        assertThat(tried.path(0).path("milliseconds").asDouble()).isPositive();
    }

    // ---- the log ------------------------------------------------------------------------------

    @Test
    void theLogIsLiveAndKept() throws Exception {
        for (var path : List.of("/api/admin/logs/stream", "/api/logs/stream")) {
            pass("/v1/fails");
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port() + path + "?level_filter=error&path_filter=FAILS"))
                    .header("Authorization", "Bearer " + KEY)
                    .build();
            var answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .hasValue("*");
            try (var lines =
                    new java.io.BufferedReader(new java.io.InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                assertThat(event(lines).path("type").asText()).isEqualTo("connection");
                var replayed = event(lines);
                assertThat(replayed.path("level").asText()).isEqualTo("ERROR");
                assertThat(replayed.path("path").asText()).isEqualTo("v1/fails");
                assertThat(replayed.path("response_content").asText()).contains("slow down");
                var before = replayed.path("request_id").asText();
                pass("/v1/fails");
                var next = event(lines);
                while (next.path("request_id").asText().equals(before)) {
                    next = event(lines);
                }
                assertThat(next.path("message").asText()).contains("HTTP 429");
            }
        }
        var history = eventually(
                "/api/logs/history?path_filter=fails&level=ERROR&limit=2",
                json -> json.path("logs").size() == 2);
        assertThat(history.at("/pagination/has_more").asBoolean()).isTrue();
        assertThat(history.at("/logs/0/timestamp").asDouble())
                .isGreaterThanOrEqualTo(history.at("/logs/1/timestamp").asDouble());
        assertThat(get("/api/admin/logs/history?end_time=2020-01-01T00:00:00Z").path("logs"))
                .isEmpty();
        assertThat(get("/api/admin/logs/history?start_time=2020-01-01").path("logs"))
                .isNotEmpty();
        for (var wrong : List.of("limit=0", "limit=1001", "start_time=yesterday", "level=LOUD", "offset=-1")) {
            assertThat(call(KEY, "GET", "/api/logs/history?" + wrong, null).statusCode())
                    .as(wrong)
                    .isEqualTo(422);
        }
        var file = folder.resolve("lines").resolve(java.time.LocalDate.now(java.time.ZoneOffset.UTC) + ".jsonl");
        assertThat(Files.readAllLines(file))
                .isNotEmpty()
                .allSatisfy(line ->
                        assertThat(MAPPER.readTree(line).has("request_id")).isTrue());

        assertThat(call(KEY, "POST", "/api/admin/logs/broadcast", "{\"level\":\"WARNING\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(json(call(
                                KEY,
                                "POST",
                                "/api/admin/logs/broadcast",
                                "{\"message\":\"hello all\",\"level\":\"warning\"}"))
                        .path("success")
                        .asBoolean())
                .isTrue();
        assertThat(get("/api/logs/history?level=WARNING").toString()).contains("hello all"); // at once
        call(KEY, "POST", "/api/admin/logs/broadcast", "{\"message\":\"the last before\"}");
        assertThat(call(KEY, "DELETE", "/api/logs/clear", null).statusCode()).isEqualTo(200);
        call(KEY, "POST", "/api/logs/broadcast", "{\"message\":\"the first after\"}");
        var left = get("/api/logs/history").path("logs");
        assertThat(left).hasSize(1);
        assertThat(left.path(0).path("message").asText()).isEqualTo("the first after");
        assertThat(call(KEY, "DELETE", "/api/logs/clear", null).statusCode()).isEqualTo(200);
        assertThat(get("/api/logs/history").path("logs")).isEmpty();
        assertThat(file).doesNotExist();
        assertThat(call(KEY, "POST", "/api/admin/logs/clear", null).statusCode())
                .isEqualTo(200);
    }

    private static JsonNode event(java.io.BufferedReader lines) throws IOException {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data: ")) {
                return MAPPER.readTree(line.substring(6));
            }
        }
        throw new AssertionError("the stream ended");
    }

    // ---- attempts -----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin/../env/.env",
                "/admin/..%2f..%2fno.env",
                "/admin/%2e%2e/%2e%2e/no.env",
                "/admin/..\\..\\no.env",
                "/admin//etc/passwd",
                "/admin/assets/../../no.env",
                "/api/admin/../../no.env",
            })
    void noPathLeadsToAFile(String path) {
        try (var client = RawSocket.connect(port())) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: p\r\n\r\n");
            assertThat(client.readToEnd()).matches("(?s)HTTP/1\\.1 40[04] .*").doesNotContain(KEY);
        }
    }

    /** The last one by its name: the address of the tests must wait afterwards. */
    @Test
    void zWrongKeysAreSlowedDownAndWrittenDown() throws java.sql.SQLException {
        var seen = new ArrayList<Integer>();
        for (var key : List.of("wrong", "", "x".repeat(10_000), KEY.toUpperCase(), KEY.substring(1), "a", "b", "c")) {
            seen.add(call(key, "GET", "/api/admin/health", null).statusCode());
        }
        assertThat(seen.subList(0, 3)).containsExactly(401, 401, 401);
        assertThat(seen.getLast()).isEqualTo(429);
        try (var db = java.sql.DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("carafe.db"));
                var rows = db.createStatement()
                        .executeQuery("SELECT count(*), max(ip) FROM audit WHERE action = 'proxy.wrong_key'")) {
            assertThat(rows.getInt(1)).isGreaterThanOrEqualTo(4);
            assertThat(rows.getString(2)).isEqualTo("127.0.0.1");
        }
    }
}
