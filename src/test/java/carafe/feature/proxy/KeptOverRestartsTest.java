package carafe.feature.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the proxy remembers, after the program was stopped and started again. */
class KeptOverRestartsTest {
    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);

    @TempDir
    Path folder;

    private TestApp start(RawServer upstream, String... settings) throws IOException {
        Files.writeString(
                folder.resolve("no.env"),
                "API_BASE_URL=" + upstream.url() + "\nLOG_STORAGE_PATH=" + lines() + "\n"
                        + String.join("\n", settings));
        return TestApp.start(folder, "PROXY_PORT", "0");
    }

    private Path lines() {
        return folder.resolve("lines");
    }

    private static void pass(TestApp app, String path) {
        try (var client = RawSocket.connect(app.app().proxy().orElseThrow().port())) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: p\r\n\r\n");
            client.readMessage();
        }
    }

    private static JsonNode get(TestApp app, TestApp.User admin, String path) {
        return TestApp.json(app.get(admin, "/proxy/api/admin" + path));
    }

    @Test
    void figuresErrorsAndLinesAreThereAgain() throws Exception {
        try (var upstream = RawServer.answering("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope")) {
            TestApp.User admin;
            try (var app = start(upstream)) {
                admin = app.signUp("admin");
                for (int i = 0; i < 3; i++) {
                    pass(app, "/v1/kept");
                }
            }
            try (var app = start(upstream)) {
                var stats = get(app, admin, "/stats");
                assertThat(stats.at("/summary/total_requests").asInt()).isEqualTo(3);
                assertThat(stats.at("/summary/failed_requests").asInt()).isEqualTo(3);
                assertThat(stats.at("/summary/total_bytes_sent").asInt()).isEqualTo(12);
                assertThat(stats.at("/performance/response_time_ms/p50").asDouble())
                        .isPositive();
                assertThat(stats.at("/top_paths/v1~1kept/count").asInt()).isEqualTo(3);
                assertThat(stats.path("recent_requests")).hasSize(3);
                assertThat(get(app, admin, "/errors")
                                .at("/errors/0/response_content")
                                .asText())
                        .isEqualTo("nope");
                assertThat(get(app, admin, "/logs/history?level=ERROR")
                                .at("/pagination/total")
                                .asInt())
                        .isEqualTo(3);
                pass(app, "/v1/kept");
                assertThat(Files.readAllLines(lines().resolve(TODAY + ".jsonl")))
                        .hasSizeGreaterThanOrEqualTo(6);
            }
        }
    }

    @Test
    void filesOfTheProxyThatWasHereBeforeAreTakenUpAndOldOnesGo() throws Exception {
        Files.createDirectories(lines());
        var line = "{\"timestamp\": %s.25, \"level\": \"%s\", \"message\": \"%s\", \"path\": \"v1/messages\","
                + " \"request_id\": \"1-1\", \"formatted_time\": \"then\", \"response_content\": null}\n";
        long now = System.currentTimeMillis() / 1000; // the product's clock is the machine's here
        Files.writeString(
                lines().resolve(TODAY + ".jsonl"),
                line.formatted(now, "WARNING", "schön, von früher") + "{\"timestamp\": 17, \"mess\n"
                        + line.formatted(now, "INFO", "more"));
        Files.writeString(
                lines().resolve(TODAY.minusDays(40) + ".jsonl"), line.formatted(now - 40 * 86_400, "INFO", "old"));
        Files.writeString(lines().resolve("notes.txt"), "not ours");
        try (var upstream = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                var app = start(upstream, "LOG_RETENTION_DAYS=30")) {
            var admin = app.signUp("admin");
            var logs = get(app, admin, "/logs/history?level=WARNING");
            assertThat(logs.at("/logs/0/message").asText()).isEqualTo("schön, von früher");
            long end = System.nanoTime() + 20_000_000_000L;
            while (Files.exists(lines().resolve(TODAY.minusDays(40) + ".jsonl"))) {
                assertThat(System.nanoTime()).as("the old file goes").isLessThan(end);
                Thread.sleep(20);
            }
            assertThat(lines().resolve("notes.txt")).exists();
        }
    }

    @Test
    void aDayHasItsLimitOfLines() throws Exception {
        try (var upstream = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
            TestApp.User admin;
            try (var app = start(upstream, "LOG_DAILY_LIMIT=5")) {
                admin = app.signUp("admin");
                for (int i = 0; i < 10; i++) {
                    pass(app, "/v1/many");
                }
                assertThat(get(app, admin, "/stats")
                                .at("/summary/total_requests")
                                .asInt())
                        .as("figures have no limit")
                        .isEqualTo(10);
            }
            assertThat(Files.readAllLines(lines().resolve(TODAY + ".jsonl"))).hasSize(5);
            try (var app = start(upstream, "LOG_DAILY_LIMIT=5")) {
                pass(app, "/v1/many");
            }
            assertThat(Files.readAllLines(lines().resolve(TODAY + ".jsonl")))
                    .as("what an earlier run wrote counts")
                    .hasSize(5);
        }
    }
}
