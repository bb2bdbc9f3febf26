package carafe.feature.gateway;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream;
import carafe.ScriptedUpstream.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every surface over a server of every kind: the same answer, in the client's words and the order of its events. */
class ProtocolsTest extends OverThreeServers {
    private static final String TOOLS_OPENAI =
            "[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{\"type\":\"object\"}}}]";

    @BeforeAll
    static void start() {
        start("over-openai", "over-anthropic", "over-ollama:latest");
    }

    private static ScriptedUpstream of(String model) {
        return model.equals("over-openai") ? openai : model.equals("over-anthropic") ? anthropic : ollama;
    }

    private static String ask(String model, boolean stream) {
        return "{\"model\":\"%s\",\"stream\":%s,\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                .formatted(model, stream);
    }

    @Test
    void modelsOfEveryKindAreListed() {
        assertThat(json(app.get(ann, "/v1/models")).path("data").findValuesAsText("id"))
                .contains("over-openai", "over-anthropic", "over-ollama:latest");
        assertThat(json(app.get(ann, "/ollama/api/tags")).path("models").findValuesAsText("name"))
                .contains("over-openai", "over-anthropic", "over-ollama:latest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"over-openai", "over-anthropic", "over-ollama:latest"})
    void aMessageStreamHasTheOrderOfAnthropicsApi(String model) {
        scriptAll(true);
        var answer = app.send(null, "POST", "/v1/messages", ask(model, true), "x-api-key", key());

        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        var names =
                answer.body().lines().filter(line -> line.startsWith("event:")).toList();
        var events = events(answer.body());
        assertThat(names).hasSameSizeAs(events); // each event has its name
        var order = events.stream()
                .map(event -> event.path("type").asText()
                        + (event.has("index") ? " " + event.path("index") : "")
                        + event.path("content_block")
                                .path("type")
                                .asText(" ")
                                .strip()
                                .replaceFirst("^(.)", " $1")
                        + event.path("delta").path("type").asText(" ").strip().replaceFirst("^(.)", " $1"))
                .distinct()
                .toList();
        assertThat(order)
                .containsExactly(
                        "message_start",
                        "ping",
                        "content_block_start 0 thinking",
                        "content_block_delta 0 thinking_delta",
                        "content_block_delta 0 signature_delta",
                        "content_block_stop 0",
                        "content_block_start 1 text",
                        "content_block_delta 1 text_delta",
                        "content_block_stop 1",
                        "content_block_start 2 tool_use",
                        "content_block_delta 2 input_json_delta",
                        "content_block_stop 2",
                        "content_block_start 3 tool_use",
                        "content_block_delta 3 input_json_delta",
                        "content_block_stop 3",
                        "message_delta",
                        "message_stop")
                .satisfies(
                        list -> assertThat(texts(events, "text_delta", "text")).isEqualTo("Grüß Gott"));
        assertThat(texts(events, "thinking_delta", "thinking")).isEqualTo("Hm.");
        assertThat(texts(events, "input_json_delta", "partial_json")).startsWith("{\"city\":\"Ulm\"}");
        var last = events.get(events.size() - 2);
        assertThat(last.path("delta").path("stop_reason").asText()).isEqualTo("tool_use");
        assertThat(last.path("usage").path("output_tokens").asInt()).isEqualTo(9);
    }

    private static String texts(List<JsonNode> events, String type, String field) {
        var text = new StringBuilder();
        events.stream()
                .map(event -> event.path("delta"))
                .filter(delta -> delta.path("type").asText().equals(type))
                .forEach(delta -> text.append(delta.path(field).asText()));
        return text.toString();
    }

    private static String key() {
        if (apiKey == null) {
            apiKey = json(app.post(ann, "/api/v1/auths/api_key", "{}"))
                    .path("api_key")
                    .asText();
        }
        return apiKey;
    }

    private static String apiKey;

    @ParameterizedTest
    @ValueSource(strings = {"over-openai", "over-anthropic", "over-ollama:latest"})
    void aWholeMessageHoldsThoughtTextAndCalls(String model) {
        scriptAll(false);
        var message = json(app.post(ann, "/v1/messages", ask(model, false)));

        assertThat(message.path("type").asText()).as(message.toString()).isEqualTo("message");
        assertThat(message.path("content").findValuesAsText("type"))
                .containsExactly("thinking", "text", "tool_use", "tool_use");
        assertThat(message.path("content").path(2).path("input").toString()).isEqualTo("{\"city\":\"Ulm\"}");
        assertThat(message.path("stop_reason").asText()).isEqualTo("tool_use");
        var usage = message.path("usage");
        assertThat(usage.path("input_tokens").asInt()
                        + usage.path("cache_read_input_tokens").asInt())
                .isEqualTo(20);
        assertThat(usage.path("output_tokens").asInt()).isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource({
        "over-openai,true",
        "over-anthropic,true",
        "over-ollama:latest,true",
        "over-anthropic,false",
        "over-ollama:latest,false"
    })
    void chatCompletionsComeFromEveryKind(String model, boolean stream) {
        scriptAll(stream);
        var answer = app.post(
                ann,
                "/v1/chat/completions",
                "{\"model\":\"%s\",\"stream\":%s,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .formatted(model, stream));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        if (!stream) {
            var choice = json(answer).path("choices").path(0);
            assertThat(choice.path("message").path("content").asText()).isEqualTo("Grüß Gott");
            assertThat(choice.path("message").path("tool_calls").findValuesAsText("id"))
                    .containsExactly("call_a", "call_b");
            assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
            assertThat(json(answer).path("usage").path("total_tokens").asInt()).isEqualTo(29);
            return;
        }
        var chunks = events(answer.body());
        var deltas = chunks.stream()
                .map(chunk -> chunk.path("choices").path(0).path("delta"))
                .toList();
        assertThat(deltas.getFirst().path("role").asText()).isEqualTo("assistant");
        assertThat(String.join(
                        "",
                        deltas.stream().map(d -> d.path("content").asText("")).toList()))
                .isEqualTo("Grüß Gott");
        assertThat(String.join(
                        "",
                        deltas.stream()
                                .filter(d -> d.path("tool_calls")
                                                .path(0)
                                                .path("index")
                                                .asInt(-1)
                                        == 0)
                                .map(d -> d.findPath("arguments").asText())
                                .toList()))
                .isEqualTo("{\"city\":\"Ulm\"}");
        assertThat(chunks.stream()
                        .map(c ->
                                c.path("choices").path(0).path("finish_reason").asText("")))
                .contains("tool_calls");
        assertThat(chunks.getLast().path("usage").path("completion_tokens").asInt())
                .isEqualTo(9);
        assertThat(answer.body()).endsWith("data: [DONE]\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"over-openai", "over-anthropic", "over-ollama:latest"})
    void ollamasChatIsLinesOfJson(String model) {
        scriptAll(true);
        var answer = app.post(ann, "/ollama/api/chat", """
                {"model":"%s","messages":[{"role":"user","content":"hi"}]}""".formatted(model));

        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        var lines = answer.body().lines().map(ProtocolsTest::read).toList();
        assertThat(String.join(
                        "",
                        lines.stream()
                                .map(l -> l.path("message").path("content").asText())
                                .toList()))
                .isEqualTo("Grüß Gott");
        assertThat(lines.getFirst().path("message").path("thinking").asText()).isEqualTo("Hm.");
        assertThat(lines.subList(0, lines.size() - 1))
                .noneMatch(line -> line.path("done").asBoolean());
        assertThat(lines.get(lines.size() - 2)
                        .path("message")
                        .path("tool_calls")
                        .findValuesAsText("name"))
                .containsExactly("weather", "time");
        assertThat(lines.getLast().path("done").asBoolean()).isTrue();
        assertThat(lines.getLast().path("prompt_eval_count").asInt()).isEqualTo(20);

        scriptAll(false);
        var whole = json(app.post(ann, "/ollama/api/chat", """
                {"model":"%s","stream":false,"messages":[{"role":"user","content":"hi"}]}""".formatted(model)));
        assertThat(whole.path("message").path("content").asText()).isEqualTo("Grüß Gott");
        assertThat(whole.path("message")
                        .path("tool_calls")
                        .path(0)
                        .path("function")
                        .path("arguments")
                        .toString())
                .isEqualTo("{\"city\":\"Ulm\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"over-openai", "over-anthropic", "over-ollama:latest"})
    void aResponseStreamHasTheOrderOfTheResponsesApi(String model) {
        scriptAll(true);
        var answer =
                app.post(ann, "/v1/responses", "{\"model\":\"%s\",\"stream\":true,\"input\":\"hi\"}".formatted(model));

        var events = events(answer.body());
        assertThat(events.stream().map(event -> event.path("type").asText()).distinct())
                .as(answer.body())
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.reasoning_summary_part.added",
                        "response.reasoning_summary_text.delta",
                        "response.reasoning_summary_text.done",
                        "response.reasoning_summary_part.done",
                        "response.output_item.done",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.completed");
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
        }
        var response = events.getLast().path("response");
        assertThat(response.path("output").findValuesAsText("type")).contains("reasoning", "message", "function_call");
        assertThat(response.path("usage").path("total_tokens").asInt()).isEqualTo(29);

        scriptAll(false);
        var whole = json(app.post(ann, "/v1/responses", "{\"model\":\"%s\",\"input\":\"hi\"}".formatted(model)));
        assertThat(whole.path("status").asText()).isEqualTo("completed");
        assertThat(whole.path("output")
                        .path(1)
                        .path("content")
                        .path(0)
                        .path("text")
                        .asText())
                .isEqualTo("Grüß Gott");
        assertThat(whole.path("output").path(2).path("call_id").asText()).isEqualTo("call_a");
    }

    @Test
    void aRequestReachesEachProviderInItsOwnWords() throws Exception {
        scriptAll(false);
        var request = """
                {"model":"%s","max_tokens":50,"temperature":1.7,"stop":["END"],"tools":%s,"tool_choice":"required",
                 "response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}},"a_field_of_tomorrow":1,
                 "messages":[{"role":"system","content":"Be brief."},
                  {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
                  {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"not json"}},
                   {"id":"c2","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Ulm\\"}"}}]},
                  {"role":"tool","tool_call_id":"c1","content":"rain"},{"role":"tool","tool_call_id":"c2","content":"sun"},
                  {"role":"user","content":"and?"}]}""";
        anthropic.requests.clear();
        assertThat(app.post(ann, "/v1/chat/completions", request.formatted("over-anthropic", TOOLS_OPENAI))
                        .statusCode())
                .isEqualTo(200);
        var sent = anthropic.requests.take();
        assertThat(sent.headers()).containsEntry("x-api-key", "sk-ant-upstream").containsKey("anthropic-version");
        var body = sent.body();
        assertThat(body.path("system").path(0).path("text").asText()).isEqualTo("Be brief.");
        assertThat(body.path("messages").findValuesAsText("role")).containsExactly("user", "assistant", "user");
        assertThat(body.path("messages")
                        .path(0)
                        .path("content")
                        .path(1)
                        .path("source")
                        .path("media_type")
                        .asText())
                .isEqualTo("image/png");
        assertThat(body.path("messages")
                        .path(1)
                        .path("content")
                        .path(0)
                        .path("input")
                        .toString())
                .isEqualTo("{\"arguments\":\"not json\"}");
        assertThat(body.path("messages").path(2).path("content").findValuesAsText("type"))
                .containsSubsequence("tool_result", "tool_result", "text");
        assertThat(body.path("tools").path(0).path("input_schema").path("type").asText())
                .isEqualTo("object");
        assertThat(body.path("tool_choice").path("type").asText()).isEqualTo("any");
        assertThat(body.path("temperature").asDouble()).isEqualTo(1.0);
        assertThat(body.path("stop_sequences").path(0).asText()).isEqualTo("END");
        assertThat(body.path("output_config").path("format").path("type").asText())
                .isEqualTo("json_schema");
        assertThat(body.path("a_field_of_tomorrow").asInt()).isEqualTo(1);

        ollama.requests.clear();
        assertThat(app.post(ann, "/v1/chat/completions", request.formatted("over-ollama:latest", TOOLS_OPENAI))
                        .statusCode())
                .isEqualTo(200);
        body = ollama.requests.take().body();
        assertThat(body.path("messages").path(1).path("images").path(0).asText())
                .isEqualTo("AAAA");
        assertThat(body.path("messages")
                        .path(2)
                        .path("tool_calls")
                        .path(1)
                        .path("function")
                        .path("arguments")
                        .toString())
                .isEqualTo("{\"city\":\"Ulm\"}");
        assertThat(body.path("messages").path(3).path("tool_name").asText()).isEqualTo("weather");
        assertThat(body.path("options").path("num_predict").asInt()).isEqualTo(50);
        assertThat(body.path("format").path("type").asText()).isEqualTo("object");
    }

    @Test
    void aMessageRequestReachesAnOpenAiServerInItsWords() throws Exception {
        scriptAll(false);
        openai.requests.clear();
        var answer = app.post(ann, "/v1/messages", """
                {"model":"over-openai","max_tokens":50,"system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
                 "thinking":{"type":"enabled","budget_tokens":2000},"stop_sequences":["END"],"top_k":5,
                 "tools":[{"name":"weather","input_schema":{"type":"object"}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true},
                 "messages":[{"role":"user","content":[{"type":"text","text":"look"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},
                  {"role":"assistant","content":[{"type":"thinking","thinking":"x","signature":"y"},{"type":"tool_use","id":"c1","name":"weather","input":{"city":"Ulm"}}]},
                  {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"rain"}]},{"type":"text","text":"and?"}]}]}""");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var body = openai.requests.take().body();

        assertThat(body.path("messages").findValuesAsText("role"))
                .containsExactly("system", "user", "assistant", "tool", "user");
        assertThat(body.path("messages")
                        .path(1)
                        .path("content")
                        .path(1)
                        .path("image_url")
                        .path("url")
                        .asText())
                .isEqualTo("data:image/png;base64,AAAA");
        assertThat(body.path("messages")
                        .path(2)
                        .path("tool_calls")
                        .path(0)
                        .path("function")
                        .path("arguments")
                        .asText())
                .isEqualTo("{\"city\":\"Ulm\"}");
        assertThat(body.path("messages").path(3).path("tool_call_id").asText()).isEqualTo("c1");
        assertThat(body.path("tools").path(0).path("function").path("name").asText())
                .isEqualTo("weather");
        assertThat(body.path("tool_choice").asText()).isEqualTo("required");
        assertThat(body.path("parallel_tool_calls").asBoolean(true)).isFalse();
        assertThat(body.path("reasoning_effort").asText()).isEqualTo("low");
        assertThat(body.path("stop").path(0).asText()).isEqualTo("END");
        assertThat(body.path("top_k").asInt()).isEqualTo(5);
    }

    @Test
    void theSameProtocolOnBothSidesPassesTheBodyUntouched() throws Exception {
        scriptAll(true);
        anthropic.requests.clear();
        var answer = app.send(
                ann,
                "POST",
                "/v1/messages",
                "{\"model\":\"over-anthropic\",\"max_tokens\":5,\"stream\":true,\"of_tomorrow\":{\"a\":[1,2.50]},\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"new_block\"}]}]}",
                "anthropic-beta",
                "tomorrow-2027");
        assertThat(answer.body())
                .contains("\"signature\":\"sig==\"")
                .isEqualTo(String.join("", Scripts.ANTHROPIC_STREAM.pieces()));
        var sent = anthropic.requests.take();
        assertThat(sent.body().path("of_tomorrow").path("a").path(1).decimalValue())
                .isEqualByComparingTo("2.5");
        assertThat(sent.headers())
                .containsEntry("anthropic-beta", "tomorrow-2027")
                .doesNotContainKey("authorization");

        ollama.requests.clear();
        var lines = app.post(
                ann,
                "/ollama/api/chat",
                "{\"model\":\"over-ollama\",\"keep_alive\":\"3m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(lines.body()).isEqualTo(String.join("", Scripts.OLLAMA_STREAM.pieces()));
        var body = ollama.requests.take().body();
        assertThat(body.path("keep_alive").asText()).isEqualTo("3m");
        assertThat(body.path("model").asText()).isEqualTo("over-ollama:latest");
    }

    @Test
    void toolsThatAreNotAllowedAreNotOfferedToOtherApis() throws Exception {
        scriptAll(false);
        openai.requests.clear();
        var answer = app.post(ann, "/v1/responses", """
                {"model":"over-openai","input":"x","tools":[{"type":"function","name":"weather","parameters":{"type":"object"}},
                 {"type":"function","name":"time","parameters":{"type":"object"}}],
                 "tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"time"}]}}""");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var body = openai.requests.take().body();
        if (body.has("input")) {
            body = openai.requests.take().body(); // its own API was asked for first
        }
        assertThat(body.path("tools").findValuesAsText("name")).containsExactly("time");
        assertThat(body.path("tool_choice").asText()).isEqualTo("required");
    }

    @Test
    void tokensAreCountedByAnthropicElseEstimated() {
        anthropic.on("/count_tokens", Answer.json("{\"input_tokens\":77}"));
        assertThat(json(app.post(ann, "/v1/messages/count_tokens", ask("over-anthropic", false)))
                        .path("input_tokens")
                        .asInt())
                .isEqualTo(77);
        anthropic.on("/count_tokens", Answer.error(404, "{\"type\":\"error\",\"error\":{\"message\":\"none\"}}"));
        assertThat(json(app.post(ann, "/v1/messages/count_tokens", ask("over-anthropic", false)))
                        .path("input_tokens")
                        .asInt())
                .isPositive();
        assertThat(json(app.post(ann, "/v1/messages/count_tokens", ask("over-openai", false)))
                        .path("input_tokens")
                        .asInt())
                .isPositive();
    }

    /** Where clients look that are given a server of Ollama's and speak another protocol to it. */
    @Test
    void theOtherProtocolsAreBesideOllamasToo() {
        scriptAll(false);
        openai.on("/v1/embeddings", Answer.json("{\"data\":[{\"index\":0,\"embedding\":[0.5,1]}]}"));
        var prompt = "{\"model\":\"over-ollama:latest\",\"prompt\":\"hi\"}";
        for (var body : List.of(
                app.post(ann, "/ollama/v1/chat/completions", ask("over-ollama:latest", false))
                        .body(),
                app.post(ann, "/ollama/v1/messages", ask("over-ollama:latest", false))
                        .body(),
                app.post(ann, "/ollama/v1/responses", "{\"model\":\"over-ollama:latest\",\"input\":\"hi\"}")
                        .body(),
                app.post(ann, "/ollama/v1/completions", prompt).body())) {
            assertThat(body).contains("Grüß Gott");
        }
        assertThat(app.post(ann, "/ollama/v1/embeddings", "{\"model\":\"over-openai\",\"input\":\"x\"}")
                        .body())
                .contains("0.5");
        assertThat(app.post(ann, "/ollama/v1/messages/count_tokens", ask("over-ollama:latest", false))
                        .body())
                .contains("input_tokens");
        assertThat(app.get(ann, "/ollama/v1/models").body()).contains("over-ollama:latest");
        assertThat(app.get(ann, "/ollama/v1/models/over-openai").body()).contains("\"over-openai\"");
        var refused = app.post(null, "/ollama/v1/chat/completions", ask("over-openai", false));
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(json(refused).at("/error/message").asText()).isNotEmpty();
    }

    @Test
    void olderCompletionsAndEmbeddingsWorkOverEveryKind() {
        scriptAll(false);
        openai.on(
                "/v1/embeddings",
                Answer.json("{\"data\":[{\"index\":0,\"embedding\":[0.5,1]}],\"usage\":{\"prompt_tokens\":2}}"));
        ollama.on("/api/embed", Answer.json("{\"model\":\"m\",\"embeddings\":[[0.25]]}"));
        for (var model : List.of("over-openai", "over-anthropic")) {
            var text = json(app.post(ann, "/v1/completions", "{\"model\":\"%s\",\"prompt\":\"hi\"}".formatted(model)));
            assertThat(text.path("choices").path(0).path("text").asText())
                    .as(text.toString())
                    .isEqualTo("Grüß Gott");
        }
        assertThat(json(app.post(ann, "/ollama/api/embed", "{\"model\":\"over-openai\",\"input\":[\"x\"]}"))
                        .path("embeddings")
                        .toString())
                .isEqualTo("[[0.5,1]]");
        assertThat(json(app.post(ann, "/ollama/api/embeddings", "{\"model\":\"over-openai\",\"prompt\":\"x\"}"))
                        .path("embedding")
                        .toString())
                .isEqualTo("[0.5,1]");
        assertThat(json(app.post(ann, "/ollama/api/embed", "{\"model\":\"over-ollama\",\"input\":\"x\"}"))
                        .path("embeddings")
                        .toString())
                .isEqualTo("[[0.25]]");
        assertThat(app.post(ann, "/v1/embeddings", "{\"model\":\"over-anthropic\",\"input\":\"x\"}")
                        .statusCode())
                .isEqualTo(501);
        assertThat(json(app.post(
                                ann,
                                "/ollama/api/generate",
                                "{\"model\":\"over-anthropic\",\"prompt\":\"x\",\"stream\":false}"))
                        .path("response")
                        .asText())
                .isEqualTo("Grüß Gott");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/messages        | {"model":"over-openai","messages":[{"role":"user","content":"x"}]}                | max_tokens
            /v1/messages        | {"model":"over-openai","max_tokens":0,"messages":[{"role":"user","content":"x"}]} | max_tokens
            /v1/messages        | {"model":"over-openai","max_tokens":9}                                            | messages
            /v1/messages        | {"model":"over-openai","max_tokens":9,"messages":[{"role":"user","content":7}]}   | messages.0.content
            /v1/messages        | {"model":"over-openai","max_tokens":9,"messages":[{"role":"user","content":[{"type":"nonsense"}]}]} | messages.0.content.0
            /v1/messages        | {"model":"over-openai","max_tokens":9,"tools":[{"type":"code_execution_20250825"}],"messages":[{"role":"user","content":"x"}]} | tools.0.type
            /v1/messages        | [1]                                                                               | object
            /v1/messages        | {                                                                                 | JSON
            /v1/responses       | {"model":"over-openai"}                                                           | input
            /v1/responses       | {"model":"over-openai","input":[7]}                                               | input.0
            /v1/responses       | {"model":"over-anthropic","input":"x","previous_response_id":"resp_1"}            | previous_response_id
            /v1/responses       | {"model":"over-anthropic","input":"x","tools":[{"type":"file_search"}]}            | tools.0.type
            /v1/completions     | {"model":"over-anthropic"}                                                        | prompt
            /v1/completions     | {"model":"over-anthropic","prompt":[1,2]}                                         | prompt
            /v1/completions     | {"model":"over-openai","prompt":"x","n":2}                                        | 'n'
            /v1/completions     | {"model":"over-openai","prompt":"x","best_of":3}                                  | best_of
            /v1/completions     | {"model":"over-openai","prompt":"x","echo":true}                                  | echo
            /v1/completions     | {"model":"over-openai","prompt":"x","logprobs":2}                                 | logprobs
            /ollama/api/chat    | {"messages":[]}                                                                   | model
            /ollama/api/chat    | {"model":"over-openai","messages":"x"}                                            | messages
            /ollama/api/chat    | {"model":"over-openai","messages":[{"role":"alien"}]}                             | messages.0.role
            /ollama/api/embed   | {"model":"over-openai"}                                                           | input
            """)
    void badBodiesAreRefusedInTheSurfacesOwnShape(String path, String body, String named) {
        var answer = app.post(ann, path, body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var error = json(answer).path("error");
        assertThat((path.startsWith("/ollama") ? error : error.path("message")).asText())
                .contains(named);
        if (path.equals("/v1/messages")) {
            assertThat(json(answer).path("type").asText()).isEqualTo("error");
            assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        }
    }

    @Test
    void anUpstreamsErrorIsToldInTheClientsWordsWithItsRetryAfter() {
        anthropic.on(
                "/v1/messages",
                Answer.error(
                        529,
                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}",
                        "Retry-After",
                        "3"));
        openai.on(
                "/chat/completions",
                Answer.error(429, "{\"error\":{\"message\":\"slow\",\"code\":\"x\"}}", "Retry-After", "4"));

        var same = app.post(ann, "/v1/messages", ask("over-anthropic", true));
        assertThat(same.statusCode()).isEqualTo(529);
        assertThat(json(same).path("error").path("type").asText()).isEqualTo("overloaded_error");
        assertThat(same.headers().firstValue("Retry-After")).contains("3");
        var chat = app.post(ann, "/v1/chat/completions", ask("over-anthropic", true));
        assertThat(chat.statusCode()).isEqualTo(529);
        assertThat(json(chat).path("error").path("message").asText()).isEqualTo("busy");
        assertThat(json(chat).has("type")).isFalse();
        var message = app.post(ann, "/v1/messages", ask("over-openai", false));
        assertThat(message.statusCode()).isEqualTo(429);
        assertThat(json(message).path("error").path("type").asText()).isEqualTo("rate_limit_error");
        assertThat(message.headers().firstValue("Retry-After")).contains("4");
        var lines = app.post(ann, "/ollama/api/chat", ask("over-openai", true));
        assertThat(lines.statusCode()).isEqualTo(429);
        assertThat(json(lines).path("error").asText()).isEqualTo("slow");
        assertThat(app.post(ann, "/v1/messages", ask("nobody", false)).statusCode())
                .isEqualTo(404);
        assertThat(app.post(ann, "/ollama/api/show", "{\"model\":\"nobody\"}").statusCode())
                .isEqualTo(404);
    }
}
