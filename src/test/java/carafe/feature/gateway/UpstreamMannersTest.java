package carafe.feature.gateway;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.ScriptedUpstream;
import carafe.ScriptedUpstream.Answer;
import carafe.TestApp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that stream as they please, seen through a translation: OpenAI's protocol behind Anthropic's. */
class UpstreamMannersTest {
    private static final String ASK =
            "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
    private static final String TEXT = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Grüße 河流\"}}]}";
    private static final String STOP = "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";

    @TempDir
    static Path folder;

    static ScriptedUpstream upstream;
    static TestApp app;
    static TestApp.User ann;

    @BeforeAll
    static void start() {
        upstream = new ScriptedUpstream("m");
        app = TestApp.start(folder, "OPENAI_API_BASE_URLS", upstream.url() + "/v1");
        ann = app.signUp("ann");
    }

    @AfterAll
    static void stop() {
        app.close();
        upstream.close();
    }

    private static String answer(Answer script) {
        upstream.on("/chat/completions", script);
        return app.post(ann, "/v1/messages", ASK).body();
    }

    private static void assertWhole(String body) {
        assertThat(body).contains("\"text\":\"Grüße 河流\"", "\"stop_reason\":\"end_turn\"", "event: message_stop");
    }

    @Test
    void lineEndsCommentsSpacesAndOtherFieldsDoNotMatter() {
        assertWhole(answer(Answer.events(
                ": keep-alive\r\n\r\n",
                "event: x\r\nid: 7\r\ndata:" + TEXT + "\r\n\r\n",
                ":\n\ndata: " + STOP + "\n\n",
                "retry: 5\n\n",
                "data: [DONE]\n\n")));
    }

    @Test
    void bytesMayBeCutAnywhere() {
        var bytes = ("data: " + TEXT + "\n\ndata: " + STOP + "\n\ndata: [DONE]\n\n").getBytes(StandardCharsets.UTF_8);
        assertWhole(answer(Answer.ofBytes(bytes, 1)));
        assertWhole(answer(Answer.ofBytes(bytes, 3)));
    }

    /** CR alone ends a line as well as LF and CR LF do, wherever the bytes are cut. */
    @ParameterizedTest
    @CsvSource({
        "cr,1",
        "cr,2",
        "cr,5",
        "cr,4000",
        "crlf,1",
        "crlf,3",
        "lf,2",
        "mixed,1",
        "mixed,2",
        "mixed,3",
        "mixed,4000"
    })
    void linesMayEndInEachOfTheThreeWays(String ends, int size) {
        var stream = "event: x\ndata: " + TEXT + "\n\n:a comment\n\ndata: " + STOP + "\n\ndata: {\"choices\":[],\ndata:"
                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":77}}\n\ndata: [DONE]\n\n";
        var all = new StringBuilder();
        int line = 0;
        for (var part : stream.split("(?<=\n)")) {
            var end = switch (ends) {
                case "cr" -> "\r";
                case "crlf" -> "\r\n";
                case "lf" -> "\n";
                default -> List.of("\r", "\r\n", "\n", "\r\n", "\r").get(line++ % 5);
            };
            all.append(part, 0, part.length() - 1).append(end);
        }
        var answer = Answer.ofBytes(all.toString().getBytes(StandardCharsets.UTF_8), size);
        var body = answer(answer);
        assertWhole(body);
        assertThat(body).contains("\"output_tokens\":77");

        // as it is, but for the usage that was not asked for
        var passed = app.post(ann, "/v1/chat/completions", ASK).body();
        assertThat(passed).contains("Grüße 河流", "[DONE]").doesNotContain("prompt_tokens", "error");
    }

    @Test
    void aMegabyteInOneEventIsOneDelta() {
        var big = "x".repeat(1 << 20);
        var body = answer(Answer.events(
                "data: {\"choices\":[{\"delta\":{\"content\":\"" + big + "\"}}]}\n\n", "data: " + STOP + "\n\n"));
        assertThat(body).contains("\"text\":\"" + big + "\"").contains("event: message_stop");
    }

    @Test
    void withoutUsageAndWithoutAnEndMarkTheAnswerIsWholeAllTheSame() {
        var body = answer(Answer.events("data: " + TEXT + "\n\n", "data: " + STOP + "\n\n"));
        assertWhole(body);
        assertThat(body).contains("\"output_tokens\":1"); // the pieces are counted instead
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "error", "nonsense", "end"})
    void whatFailsMidwayEndsInAnErrorEventAndNeverLooksWhole(String how) {
        var text = "data: " + TEXT + "\n\n";
        upstream.on(
                "/chat/completions",
                switch (how) {
                    case "cut" -> Answer.events(text).broken();
                    case "error" -> Answer.events(text, "data: {\"error\":{\"message\":\"out of memory\"}}\n\n");
                    case "nonsense" -> Answer.events(text, "data: this is } not { json\n\n");
                    default -> Answer.events(text);
                });
        try (var body = app.stream(ann, "POST", "/v1/messages", ASK).body()) {
            var seen = new StringBuilder();
            assertThatThrownBy(() -> {
                        for (int b = body.read(); b >= 0; b = body.read()) {
                            seen.append((char) b);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(seen.toString()).doesNotContain("message_stop");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aResponseThatFailsMidwayHasTheEndThatItsApiKnowsForThat() {
        upstream.on(
                "/chat/completions",
                Answer.events("data: " + TEXT + "\n\n", "data: {\"error\":{\"message\":\"out of memory\"}}\n\n"));
        // read to its end: a connection that is cut would throw
        var body = app.post(ann, "/v1/responses", "{\"model\":\"m\",\"stream\":true,\"input\":\"x\"}")
                .body();
        var last = body.substring(body.indexOf("event: response.failed"));
        assertThat(last).contains("\"status\":\"failed\"", "out of memory", "Grüße 河流");
        assertThat(body).doesNotContain("response.completed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/v1/chat/completions"})
    void anErrorInsideA200IsAnErrorToWhoeverAskedForAWholeAnswer(String path) {
        upstream.on("/chat/completions", Answer.json("{\"error\":{\"message\":\"no memory\",\"code\":\"oom\"}}"));
        var answer = app.post(ann, path, ASK.replace("true", "false"));
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(json(answer).path("error").path("message").asText()).isEqualTo("no memory");
    }

    @Test
    void argumentsThatAreNotJsonBecomeTheOneFieldOfAnObject() {
        var call =
                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"%s\"}}]}}]}";
        var body = answer(Answer.events(
                "data: " + call.formatted("city ") + "\n\n",
                "data: " + call.formatted("Ulm") + "\n\n",
                "data: " + STOP + "\n\n"));
        assertThat(body)
                .contains("\"partial_json\":\"{\\\"arguments\\\":\\\"city Ulm\\\"}\"", "\"stop_reason\":\"tool_use\"");
    }

    @Test
    void toolCallsWhosePiecesComeMixedKeepTheirOwnIndex() {
        var piece =
                "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%d,%s\"function\":{%s\"arguments\":\"%s\"}}]}}]}\n\n";
        var body = answer(Answer.events(
                piece.formatted(0, "\"id\":\"a\",", "\"name\":\"f\",", "{\\\"x\\\":"),
                piece.formatted(1, "\"id\":\"b\",", "\"name\":\"g\",", "{\\\"y\\\":"),
                piece.formatted(0, "", "", "1}"),
                piece.formatted(1, "", "", "2}"),
                "data: " + STOP + "\n\n"));
        assertThat(body)
                .containsSubsequence(
                        "\"content_block_start\",\"index\":0",
                        "\"content_block_start\",\"index\":1",
                        "\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"1}\"}",
                        "\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"2}\"}",
                        "\"content_block_stop\",\"index\":0",
                        "\"content_block_stop\",\"index\":1");
    }

    @Test
    void aServerThatAnswersWholeWhenAskedToStreamIsUnderstood() {
        upstream.on("/chat/completions", Scripts.OPENAI_WHOLE);
        assertThat(app.post(ann, "/v1/messages", ASK).body()).contains("Grüß Gott", "event: message_stop");
    }

    @Test
    void aRefusalStopsAsOne() {
        var body = answer(Answer.events(
                "data: {\"choices\":[{\"delta\":{\"refusal\":\"I will not.\"}}]}\n\n", "data: " + STOP + "\n\n"));
        assertThat(body).contains("I will not.", "\"stop_reason\":\"refusal\"");
    }

    private static String refused(String path, String body) {
        upstream.on(
                "/chat/completions",
                body.contains("\"stream\":true")
                        ? Answer.events(
                                "data: {\"choices\":[{\"delta\":{\"refusal\":\"I will \"}}]}\n\n",
                                "data: {\"choices\":[{\"delta\":{\"refusal\":\"not.\"}}]}\n\n",
                                "data: " + STOP + "\n\n")
                        : Answer.json(
                                "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":\"I will not.\"}}]}"));
        return app.post(ann, path, body).body();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTextThatIsCutOffIsNoCompletedItem(boolean stream) {
        upstream.on(
                "/chat/completions",
                Answer.events("data: " + TEXT + "\n\n", "data: " + STOP.replace("\"stop\"", "\"length\"") + "\n\n"));
        var body = app.post(ann, "/v1/responses", "{\"model\":\"m\",\"stream\":%s,\"input\":\"x\"}".formatted(stream))
                .body();
        assertThat(body)
                .contains("\"type\":\"message\",\"status\":\"incomplete\"", "\"reason\":\"max_output_tokens\"")
                .doesNotContain("\"status\":\"completed\"");
    }

    @Test
    void thoughtsAreCountedWhereTheServerCountsThem() {
        upstream.on(
                "/chat/completions",
                Answer.json(
                        "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}],\"usage\":{"
                                + "\"prompt_tokens\":5,\"completion_tokens\":9,\"completion_tokens_details\":{\"reasoning_tokens\":7}}}"));
        var answer = json(app.post(ann, "/v1/responses", "{\"model\":\"m\",\"input\":\"x\"}"));
        assertThat(answer.at("/usage/output_tokens_details/reasoning_tokens").asInt())
                .isEqualTo(7);
    }

    @Test
    void aRefusalIsAPartOfItsOwnInResponses() {
        var whole = refused("/v1/responses", "{\"model\":\"m\",\"input\":\"x\"}");
        assertThat(whole)
                .contains("\"status\":\"completed\"", "{\"type\":\"refusal\",\"refusal\":\"I will not.\"}")
                .doesNotContain("output_text");
        var stream = refused("/v1/responses", "{\"model\":\"m\",\"stream\":true,\"input\":\"x\"}");
        assertThat(stream)
                .contains("event: response.refusal.delta", "\"delta\":\"I will \"", "event: response.refusal.done")
                .contains("\"refusal\":\"I will not.\"", "event: response.completed")
                .doesNotContain("output_text");
    }
}
