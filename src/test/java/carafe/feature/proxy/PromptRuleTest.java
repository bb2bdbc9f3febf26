package carafe.feature.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule for system prompts, byte by byte. */
class PromptRuleTest {
    private static String rewrite(PromptRule rule, String body) {
        return new String(rule.rewrite(body.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    private static String replaced(String body) {
        return rewrite(new PromptRule("New", false), body);
    }

    private static String inserted(String body) {
        return rewrite(new PromptRule("New", true), body);
    }

    @Test
    void theFirstPromptIsReplacedAndItsOtherKeysStay() {
        assertThat(replaced("""
                { "model" : "m",
                  "system": [ {"cache_control": {"type": "ephemeral"}, "type":"text", "text" : "Old", "x": [1 , 2]}, {"text":"Second"} ],\r
                \t"messages": [] }
                """))
                .isEqualTo(
                        "{\"model\":\"m\",\"system\":[{\"cache_control\":{\"type\":\"ephemeral\"},\"type\":\"text\",\"text\":\"New\","
                                + "\"x\":[1,2]},{\"text\":\"Second\"}],\"messages\":[]}");
    }

    @Test
    void numbersTextsAndOrderStayAsTheyWereWritten() {
        var tail =
                "\"b\":123456789012345678901234567890,\"a\":1.10,\"e\":1E5,\"z\":-0.0,\"t\":\"\\u00e9\\/ é 漢字 \\ud83d\\ude00 \uD83D\uDE00 a  b\",\"n\":null}";
        assertThat(replaced("{\"system\":[{\"text\":\"\"}]," + tail))
                .isEqualTo("{\"system\":[{\"text\":\"New\"}]," + tail);
    }

    @Test
    void aPromptOfTheToolIsReplacedAndAnotherKeptBehindTheNewOne() {
        var tool = "{\"system\":[{\"type\":\"text\",\"text\":\"You are CLAUDE code, yes\"}]}";
        assertThat(inserted(tool)).isEqualTo("{\"system\":[{\"type\":\"text\",\"text\":\"New\"}]}");
        assertThat(inserted("{\"system\": [ {\"type\":\"text\",\"text\":\"Other\"}]}"))
                .isEqualTo(
                        "{\"system\":[{\"type\":\"text\",\"text\":\"New\",\"cache_control\":{\"type\":\"ephemeral\"}},"
                                + "{\"type\":\"text\",\"text\":\"Other\"}]}");
        assertThat(inserted("{\"system\":[{\"text\":\"Claude\\u0020Code\"}]}"))
                .isEqualTo("{\"system\":[{\"text\":\"New\"}]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "not json",
                "[1, 2]",
                "{ \"messages\": [] }",
                "{ \"system\": \"a plain text\" }",
                "{ \"system\": [] }",
                "{ \"system\": null }",
                "{ \"system\": [ \"text\" ] }",
                "{ \"system\": [ [ {\"text\": \"x\"} ] ] }",
                "{ \"system\": [ {\"type\": \"text\"} ] }",
                "{ \"system\": [ {\"type\": \"image\"}, {\"text\": \"x\"} ] }",
                "{ \"messages\": [ {\"system\": [ {\"text\": \"x\"} ]} ] }",
                "{ \"system\": [ {\"text\": \"x\"} ] ",
                "{ \"system\": [ {\"text\": \"x\"} ] } x",
                "{ \"system\": [ {\"text\": \"x\"} ], }",
                "{ \"system\": [ {\"text\": \"x\\q\"} ] }",
                "{ 'system': [ {\"text\": \"x\"} ] }",
                "\uFEFF{ \"system\": [ {\"text\": \"x\"} ] }",
                "{ \"system\": [ {\"text\": \"x\"} ], \"system\": \"last\" }",
            })
    void everythingElseStaysByteForByte(String body) {
        assertThat(replaced(body)).isEqualTo(body);
        assertThat(inserted(body)).isEqualTo(body);
    }

    @Test
    void bytesThatAreNotUtf8Stay() {
        var rule = new PromptRule("New", false);
        for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.ISO_8859_1)) {
            var body = "{ \"system\": [ {\"text\": \"é ist kein UTF-8\"} ] }".getBytes(charset);
            assertThat(rule.rewrite(body)).isSameAs(body);
        }
        for (var malformed : List.of("\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00f8\u0088\u0080\u0080\u0080")) {
            var body = ("{\"a\": \"" + malformed + "\", \"system\": [ {\"text\": \"x\"} ]}")
                    .getBytes(StandardCharsets.ISO_8859_1);
            assertThat(rule.rewrite(body)).isSameAs(body);
        }
    }

    @Test
    void nestingBombsStayAndAreNotFollowed() {
        var body = "{\"system\":[{\"text\":\"x\"}],\"a\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}";
        assertThat(replaced(body)).isEqualTo(body);
    }

    @Test
    void theReplacementIsEscapedAndMayBeEmpty() {
        assertThat(rewrite(new PromptRule("a\"b\\c\n\t\u0001é漢", false), "{\"system\":[{\"text\":1}]}"))
                .isEqualTo("{\"system\":[{\"text\":\"a\\\"b\\\\c\\n\\t\\u0001é漢\"}]}");
        assertThat(rewrite(new PromptRule("", false), "{\"system\":[{\"text\":{\"a\":[1]},\"b\":2}]}"))
                .isEqualTo("{\"system\":[{\"text\":\"\",\"b\":2}]}");
        assertThat(inserted("{\"system\":[{\"text\":7}]}")).isEqualTo("{\"system\":[{\"text\":7}]}");
    }

    @Test
    void ofANameGivenTwiceTheLastCounts() {
        assertThat(replaced("{\"system\":[{\"text\":\"a\"}],\"system\":[{\"text\":\"b\",\"text\":\"c\"}]}"))
                .isEqualTo("{\"system\":[{\"text\":\"a\"}],\"system\":[{\"text\":\"b\",\"text\":\"New\"}]}");
    }

    /** Whatever the document looks like: what a reader understands changes in the one place alone. */
    @Test
    void nothingElseChangesInMadeUpDocuments() throws Exception {
        var random = new Random(42);
        var mapper = new ObjectMapper();
        for (int i = 0; i < 500; i++) {
            var document = mapper.createObjectNode();
            document.put("a" + random.nextInt(), text(random));
            document.putArray("system")
                    .addObject()
                    .put("x", text(random))
                    .put("text", text(random))
                    .put("y", random.nextDouble());
            document.putArray("messages")
                    .addObject()
                    .put("content", text(random))
                    .put("n", random.nextLong());
            var body = (random.nextBoolean() ? mapper.writerWithDefaultPrettyPrinter() : mapper.writer())
                    .writeValueAsString(document);
            var changed = mapper.readTree(replaced(body));
            assertThat(changed.path("system").path(0).path("text").asText()).isEqualTo("New");
            ((com.fasterxml.jackson.databind.node.ObjectNode)
                            document.path("system").path(0))
                    .put("text", "New");
            assertThat(changed).isEqualTo(document);
        }
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.appendCodePoint(
                    List.of((int) '"', (int) '\\', (int) ' ', (int) '{', 9, 10, 0x1F600, 0xE9, (int) 'a', (int) ']')
                            .get(random.nextInt(10)));
        }
        return text.toString();
    }
}
