package carafe.feature.gateway;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream.Answer;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers say instead of an answer, in the words of each surface. */
class UpstreamErrorsTest extends OverThreeServers {
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";

    @BeforeAll
    static void start() {
        start("gpt", "claude", "llama");
    }

    private static String ask(String model, boolean stream) {
        return "{\"model\":\"%s\",\"max_tokens\":9,\"stream\":%s,%s}".formatted(model, stream, MESSAGES);
    }

    private static HttpResponse<String> post(String path, String model, boolean stream) {
        return app.post(ann, path, ask(model, stream));
    }

    /** Servers name the kind of an error by a type, by a code, or by a status in place of a code. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"message\":\"no\",\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\"} | 400"
                        + " | invalid_request_error",
                "{\"message\":\"no\",\"code\":429} | 429 | rate_limit_error",
                "{\"message\":\"no\",\"type\":\"rate_limit_error\"} | 429 | rate_limit_error",
                "{\"message\":\"no\",\"type\":\"overloaded_error\"} | 529 | server_error",
                "{\"message\":\"no\",\"code\":401} | 502 | server_error",
                "{\"message\":\"no\",\"code\":\"oom\"} | 502 | server_error"
            })
    void anErrorInsideA200HasTheStatusOfItsKind(String error, int status, String type) {
        openai.on("/chat/completions", Answer.json("{\"error\":" + error + "}"));
        var passed = post("/v1/chat/completions", "gpt", false);
        assertThat(passed.statusCode()).isEqualTo(status);
        assertThat(json(passed).path("error").path("type").asText()).isEqualTo(type);
        assertThat(json(passed).path("error").path("message").asText()).isEqualTo("no");

        assertThat(post("/v1/messages", "gpt", false).statusCode()).isEqualTo(status);
        openai.on("/chat/completions", Answer.events("data: {\"error\":" + error + "}\n\n"));
        assertThat(post("/v1/messages", "gpt", true).statusCode()).isEqualTo(status);
    }

    @Test
    void theNameThatClientsLookForOutlivesATranslation() {
        openai.on(
                "/chat/completions",
                Answer.error(
                        400,
                        "{\"error\":{\"message\":\"too long\",\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\"}}"));
        var answer = app.post(ann, "/v1/responses", "{\"model\":\"gpt\",\"input\":\"x\"}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").path("code").asText()).isEqualTo("context_length_exceeded");
    }

    @Test
    void anOverloadedServerIsAFaultOfTheServer() {
        anthropic.on(
                "/v1/messages",
                Answer.error(
                        529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}"));
        var answer = post("/v1/chat/completions", "claude", false);
        assertThat(answer.statusCode()).isEqualTo(529);
        assertThat(json(answer).path("error").path("type").asText()).isEqualTo("server_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>It works!</html>", "", "{\"choices\":[{\"mess", "[]", "null"})
    void whatIsNoAnswerIsNotPassedOffAsOne(String body) {
        openai.on("/chat/completions", Answer.json(body));
        anthropic.on("/v1/messages", Answer.json(body));
        ollama.on("/api/chat", Answer.json(body));
        assertThat(post("/v1/chat/completions", "gpt", false).statusCode()).isEqualTo(502);
        assertThat(post("/v1/messages", "claude", false).statusCode()).isEqualTo(502);
        assertThat(post("/ollama/api/chat", "llama", false).statusCode()).isEqualTo(502);
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 302, 304})
    void aStatusThatIsNeitherAnAnswerNorAnErrorIsAFaultOfTheServer(int status) {
        openai.on("/chat/completions", Answer.error(status, ""));
        assertThat(post("/v1/chat/completions", "gpt", false).statusCode()).isEqualTo(502);
        assertThat(post("/v1/messages", "gpt", false).statusCode()).isEqualTo(502);
    }

    /** The client knows it in the server's own words; a second error of ours would only hide them. */
    @Test
    void anErrorThatTheServerToldInItsStreamIsToldOnce() {
        openai.on(
                "/chat/completions",
                Answer.events(
                        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hal\"}}]}\n\n",
                        "data: {\"error\":{\"message\":\"out of memory\"}}\n\n"));
        assertThat(post("/v1/chat/completions", "gpt", true).body())
                .contains("Hal")
                .endsWith("data: {\"error\":{\"message\":\"out of memory\"}}\n\n")
                .containsOnlyOnce("\"error\"");

        anthropic.on(
                "/v1/messages",
                Answer.events(
                        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3}}}\n\n",
                        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n"));
        assertThat(post("/v1/messages", "claude", true).body()).containsOnlyOnce("event: error");

        ollama.on(
                "/api/chat",
                Answer.lines("{\"message\":{\"content\":\"Hal\"},\"done\":false}\n", "{\"error\":\"boom\"}\n"));
        assertThat(post("/ollama/api/chat", "llama", true).body()).endsWith("{\"error\":\"boom\"}\n");
    }

    /** Servers that cannot stream, or not with these tools. */
    @Test
    void whoAskedForAStreamIsGivenOneByAServerOfItsProtocolThatAnswersWhole() {
        openai.on("/chat/completions", Scripts.OPENAI_WHOLE);
        assertThat(post("/v1/chat/completions", "gpt", true).body())
                .startsWith("data: {")
                .contains("Grüß Gott", "chat.completion.chunk")
                .endsWith("data: [DONE]\n\n");
        anthropic.on("/v1/messages", Scripts.ANTHROPIC_WHOLE);
        assertThat(post("/v1/messages", "claude", true).body())
                .startsWith("event: message_start\n")
                .contains("Grüß Gott", "event: message_stop");
        ollama.on("/api/chat", Scripts.OLLAMA_WHOLE);
        assertThat(post("/ollama/api/chat", "llama", true).body()).contains("Grüß Gott", "\"done\":true");

        openai.on("/chat/completions", Answer.json("{\"choices\":[]}"));
        assertThat(post("/v1/chat/completions", "gpt", true).statusCode()).isEqualTo(502);
    }

    @Test
    void aStreamWithoutItsLastEventIsCountedAllTheSame() {
        anthropic.on(
                "/v1/messages",
                Answer.events(
                        "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3}}}\n\n",
                        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n",
                        "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}\n\n"));
        assertThat(json(post("/v1/chat/completions", "claude", false))
                        .at("/usage/total_tokens")
                        .asInt())
                .isEqualTo(8);
    }
}
