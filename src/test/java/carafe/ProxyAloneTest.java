package carafe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code carafe.jar proxy} as a process of its own, with the variables and files of the proxy whose place it takes. */
class ProxyAloneTest {
    @TempDir
    Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private RawServer upstream;
    private Process process;
    private int port;

    @BeforeEach
    void open() {
        upstream = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }

    @AfterEach
    void close() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        upstream.close();
    }

    private void start(Map<String, String> variables) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "carafe.Main",
                "proxy"));
        builder.environment().clear();
        builder.environment().putAll(variables);
        builder.directory(folder.toFile());
        var log = Files.createTempFile(folder, "out", ".log");
        process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        port = port(log);
    }

    private int port(Path log) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end) {
            var told = Files.readString(log)
                    .lines()
                    .filter(line -> line.contains("the proxy listens on port"))
                    .findFirst();
            if (told.isPresent()) {
                return Integer.parseInt(told.get().replaceAll(".*listens on port (\\d+).*", "$1"));
            }
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new AssertionError("not ready: " + Files.readString(log));
    }

    private HttpResponse<String> call(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Authorization", "Bearer k")
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode json(String method, String path, String body) throws Exception {
        return new ObjectMapper().readTree(call(method, path, body).body());
    }

    @Test
    void twoVariablesAreEnough() throws Exception {
        start(Map.of("API_BASE_URL", upstream.url(), "PORT", "0"));
        assertThat(call("GET", "/v1/models", "").body()).isEqualTo("ok");
        assertThat(json("GET", "/health", "").path("service").asText()).isEqualTo("anthropic-transparent-proxy");
        assertThat(call("GET", "/admin", "").statusCode()).isEqualTo(403);
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("data").resolve("logs"))
                .as("the files of the log")
                .isDirectory();
    }

    @Test
    void theFilesInEnvWinAndAreWhereChangesGo() throws Exception {
        Files.createDirectories(folder.resolve("env"));
        Files.writeString(folder.resolve("env/.env"), """
                # relay
                API_BASE_URL=%s
                ENABLE_DASHBOARD=1
                DASHBOARD_API_KEY=k
                """.formatted(upstream.url()));
        Files.writeString(folder.resolve("env/.env.headers.json"), "{\"__comment\": \"x\", \"X-Team\": \"blue\"}");
        start(Map.of("API_BASE_URL", "http://127.0.0.1:1", "PORT", "0", "DASHBOARD_API_KEY", "not this"));
        assertThat(call("GET", "/v1/models", "").body()).isEqualTo("ok");
        var before = json("GET", "/health", "").path("boot_id").asText();
        assertThat(json("GET", "/api/admin/config/private", "")
                        .at("/custom_headers/X-Team")
                        .asText())
                .isEqualTo("blue");
        assertThat(json("PUT", "/api/admin/config", "{\"system_prompt_replacement\":\"Be brief.\"}")
                        .path("success")
                        .asBoolean())
                .isTrue();
        assertThat(Files.readString(folder.resolve("env/.env"))).isEqualTo("""
                        # relay
                        API_BASE_URL=%s
                        ENABLE_DASHBOARD=1
                        DASHBOARD_API_KEY=k
                        SYSTEM_PROMPT_REPLACEMENT='Be brief.'
                        """.formatted(upstream.url()));
        try (var copies = Files.list(folder.resolve("env/backups"))) {
            assertThat(copies.map(file -> file.getFileName().toString()))
                    .singleElement()
                    .asString()
                    .matches("\\.env_\\d{8}_\\d{6}");
        }
        long end = System.nanoTime() + 20_000_000_000L;
        while (json("GET", "/health", "").path("boot_id").asText().equals(before)) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(50);
        }
        assertThat(call("GET", "/admin/config", "").statusCode()).isEqualTo(200);
    }

    @Test
    void aPortThatIsTakenIsReplacedByTheNext() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"));
                var alsoTaken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            start(Map.of(
                    "API_BASE_URL", upstream.url(),
                    "PORT", Integer.toString(taken.getLocalPort()),
                    "FALLBACK_PORT", Integer.toString(alsoTaken.getLocalPort())));
            assertThat(port).isNotIn(taken.getLocalPort(), alsoTaken.getLocalPort(), 0);
            assertThat(call("GET", "/v1/models", "").body()).isEqualTo("ok");
        }
    }

    @Test
    void aRestartBySignalEndsTheProcessForWhoeverWatchesIt() throws Exception {
        start(Map.of(
                "API_BASE_URL",
                upstream.url(),
                "PORT",
                "0",
                "ENABLE_DASHBOARD",
                "true",
                "DASHBOARD_API_KEY",
                "k",
                "SUPERVISOR_ENABLED",
                "true"));
        assertThat(json("POST", "/api/restart", "{}").path("restart_scheduled").asBoolean())
                .isTrue();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(Main.ENDED);
    }
}
