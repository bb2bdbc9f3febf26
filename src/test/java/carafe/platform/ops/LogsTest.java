package carafe.platform.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class LogsTest {
    private static final Logger log = LoggerFactory.getLogger("carafe.test");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path dir;

    private Logs.Settings settings(boolean json) {
        return new Logs.Settings("INFO", json, "test", dir);
    }

    private List<JsonNode> lines() throws IOException {
        var text = Files.readString(dir.resolve("logs/carafe.log"));
        assertThat(text).endsWith("\n");
        return text.lines().map(LogsTest::parsed).toList();
    }

    private static JsonNode parsed(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }

    @Test
    void aLineHasTheFieldsOfTheContract() throws IOException {
        try (var logs = Logs.open(settings(true), OutputStream.nullOutputStream(), 1 << 20)) {
            MDC.put("request_id", "abc12345");
            log.warn("saved chat={} in {} ms, total_tokens={} token={}", "c1", 3, 120, "geheim");
            MDC.remove("request_id");
        }

        var line = lines().getFirst();
        assertThat(line.path("event").asText()).isEqualTo("saved in 3 ms");
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("logger").asText()).isEqualTo("carafe.test");
        assertThat(line.path("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(line.path("app").asText()).isEqualTo("carafe");
        assertThat(line.path("environment").asText()).isEqualTo("test");
        assertThat(line.path("request_id").asText()).isEqualTo("abc12345");
        assertThat(line.path("chat").asText()).isEqualTo("c1");
        assertThat(line.path("total_tokens").asInt()).isEqualTo(120);
        assertThat(line.path("token").asText()).isEqualTo(Redaction.MASK);
        assertThat(line.path("filename").asText()).isEqualTo("LogsTest.java");
        assertThat(line.path("func_name").asText()).isEqualTo("aLineHasTheFieldsOfTheContract");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingThatIsLoggedCanForgeALine(boolean json) throws IOException {
        var console = new ByteArrayOutputStream();
        var nasty = "x\r\n{\"level\":\"ERROR\",\"event\":\"forged\"}\u2028\u0000\u001b[31m\ud800 \"quoted\\";
        try (var logs = Logs.open(settings(json), console, 1 << 20)) {
            log.info("value={} level={} inline {}", nasty, nasty, nasty);
            log.info(nasty);
            log.atInfo().addKeyValue(nasty, nasty).addKeyValue("event", 1).log("pairs {} {}");
            log.error("failed", new IllegalStateException(nasty, new IOException("password=geheim " + nasty)));
            log.info("map={} broken={}", Map.of("password", "geheim", "n", List.of(1, nasty)), new Object() {
                @Override
                public String toString() {
                    throw new IllegalStateException("no text");
                }
            });
            log.info("numbers a={} b={} c={}", Double.NaN, Float.POSITIVE_INFINITY, 1.5);
        }

        assertThat(lines()).hasSize(6).allSatisfy(line -> {
            assertThat(line.path("event").asText()).isNotEqualTo("forged");
            assertThat(line.path("logger").asText()).isEqualTo("carafe.test");
            assertThat(line.toString()).doesNotContain("geheim");
        });
        var shown = console.toString(StandardCharsets.UTF_8);
        assertThat(shown).doesNotContain("geheim").doesNotContain("\u001b[31m").doesNotContain("\r");
        assertThat(shown.lines()).noneMatch(line -> line.startsWith("{\"level\""));
    }

    @Test
    void aFullFileMovesAsideAndFiveOldOnesStay() throws IOException {
        try (var logs = Logs.open(settings(true), OutputStream.nullOutputStream(), 2_000)) {
            for (int i = 0; i < 200; i++) {
                log.info("line number={}", i);
            }
        }

        try (var files = Files.list(dir.resolve("logs"))) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .containsExactly(
                            "carafe.log",
                            "carafe.log.1",
                            "carafe.log.2",
                            "carafe.log.3",
                            "carafe.log.4",
                            "carafe.log.5");
        }
        assertThat(Files.size(dir.resolve("logs/carafe.log.1"))).isLessThanOrEqualTo(2_000);
        assertThat(lines().getLast().path("number").asInt()).isEqualTo(199);
    }

    @Test
    void aConsoleThatTakesNothingHoldsUpNobodyAndWhatIsLostIsCounted() {
        var stuck = new CountDownLatch(1);
        var console = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                try {
                    stuck.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        };
        try (var logs = Logs.open(settings(true), console, 1 << 20)) {
            for (int i = 0; i < 10_000; i++) {
                log.info("flood number={}", i);
            }
            long lostInfo = logs.dropped();
            log.error("the important one still fits");

            assertThat(lostInfo).isPositive();
            assertThat(logs.dropped()).isEqualTo(lostInfo);
            stuck.countDown();
        }
    }

    @Test
    void aFolderThatCannotBeWrittenStopsNobody() throws IOException {
        Files.writeString(dir.resolve("logs"), "a file where the folder should be");
        var console = new ByteArrayOutputStream();
        try (var logs = Logs.open(settings(true), console, 1 << 20)) {
            log.info("still here");
            logs.close();
            assertThat(logs.unwritten()).isEqualTo(1);
        }
        assertThat(console.toString(StandardCharsets.UTF_8)).contains("still here");
    }
}
