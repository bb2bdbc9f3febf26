package carafe.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the APIs of Anthropic and OpenAI refuse with 400 although other protocols allow it: it must not reach them. */
class ServerLimitsTest extends OverThreeServers {
    /** Open, with a limit and a field that may be missing, as the clients of most languages make it. */
    private static final String OPEN = """
            {"type":"object","properties":{"age":{"type":"integer","minimum":0,"description":"in years"},
             "nick":{"anyOf":[{"type":"string","maxLength":9},{"type":"null"}],"default":null},
             "home":{"$ref":"#/$defs/Home","description":"where"}},"required":["age","home"],
             "$defs":{"Home":{"type":"object","properties":{"minimum":{"type":"string","format":"x-odd"}}}}}""";

    @BeforeAll
    static void start() {
        start(
                "gpt",
                "claude-3-5-haiku-20241022,claude-opus-4-20250514,claude-sonnet-4-5-20250929,claude-sonnet-4-6,"
                        + "anthropic/claude-opus-4.7,claude-haiku-5-5,claude-mythos-preview,minimax",
                "gpt-oss");
    }

    @BeforeEach
    void forget() {
        scriptAll(false);
        anthropic.requests.clear();
        openai.requests.clear();
        ollama.requests.clear();
    }

    private static JsonNode reached(String path, String body) {
        var answer = app.post(ann, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return sent(anthropic);
    }

    @ParameterizedTest
    @CsvSource({
        "claude-3-5-haiku-20241022, true, true",
        "claude-opus-4-20250514, true, true",
        "claude-sonnet-4-5-20250929, true, false",
        "claude-sonnet-4-6, true, false",
        "anthropic/claude-opus-4.7, false, false",
        "claude-haiku-5-5, false, false",
        "claude-mythos-preview, false, false",
        "minimax, true, true",
    })
    void samplingIsWhatTheModelTakes(String model, boolean temperature, boolean topP) {
        var body = reached(
                "/v1/chat/completions",
                "{\"model\":\"%s\",\"temperature\":0.2,\"top_p\":0.9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
                        .formatted(model));
        assertThat(body.has("temperature")).isEqualTo(temperature);
        assertThat(body.has("top_p")).isEqualTo(topP);
        body = reached(
                "/ollama/api/chat",
                "{\"model\":\"%s\",\"stream\":false,\"options\":{\"top_k\":5,\"min_p\":0.1,\"repeat_penalty\":1.1},\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
                        .formatted(model));
        assertThat(body.has("top_k")).isEqualTo(temperature);
        assertThat(body.has("min_p") || body.has("repeat_penalty")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "claude-sonnet-4-5-20250929 | high | {'type':'enabled','budget_tokens':16384} | ",
                "minimax | high | {'type':'enabled','budget_tokens':16384} | ",
                "claude-sonnet-4-6 | xhigh | {'type':'adaptive'} | high",
                "anthropic/claude-opus-4.7 | xhigh | {'type':'adaptive','display':'summarized'} | xhigh",
                "claude-haiku-5-5 | minimal | {'type':'adaptive','display':'summarized'} | low",
                "claude-mythos-preview | medium | {'type':'adaptive','display':'summarized'} | medium",
            })
    void thoughtsAreAskedForAsTheModelKnowsThem(String model, String effort, String thinking, String known) {
        var ask = "{\"model\":\"%s\",\"reasoning_effort\":\"%s\",\"temperature\":0.2,\"messages\":[%s]}";
        var user = "{\"role\":\"user\",\"content\":\"x\"}";
        var body = reached("/v1/chat/completions", ask.formatted(model, effort, user));
        assertThat(body.path("thinking")).isEqualTo(read(thinking.replace('\'', '"')));
        assertThat(body.at("/output_config/effort").textValue()).isEqualTo(known);
        assertThat(body.has("temperature")).isFalse();
        var called = user
                + ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"functions.f:0\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"
                + ",{\"role\":\"tool\",\"tool_call_id\":\"functions.f:0\",\"content\":\"y\"}";
        body = reached("/v1/chat/completions", ask.formatted(model, effort, called));
        assertThat(body.path("thinking").isMissingNode()).isEqualTo(known == null);
        assertThat(body.at("/messages/1/content/0/id").asText()).isEqualTo("functions_f_0");
        assertThat(body.at("/messages/2/content/0/tool_use_id").asText()).isEqualTo("functions_f_0");
    }

    @Test
    void aWorkspaceModelSamplesInOneWay() {
        create("cool", "claude-sonnet-4-6", "{\"temperature\":0.1}");
        var body = reached(
                "/v1/messages",
                "{\"model\":\"cool\",\"max_tokens\":5,\"top_p\":0.9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(body.path("temperature").asDouble()).isEqualTo(0.1);
        assertThat(body.has("top_p")).isFalse();
    }

    @Test
    void aWorkspaceModelThatThinksByItsEffortHasRoomTo() {
        create("wise", "claude-sonnet-4-6", "{\"reasoning_effort\":\"low\",\"max_tokens\":70}");
        var body = reached(
                "/v1/messages",
                "{\"model\":\"wise\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(body.at("/thinking/type").asText()).isEqualTo("adaptive");
        assertThat(body.at("/output_config/effort").asText()).isEqualTo("low");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(2048 + 70);
    }

    @Test
    void aSchemaIsOneThatAnthropicEnforces() {
        var body = reached(
                "/ollama/api/chat",
                "{\"model\":\"minimax\",\"stream\":false,\"format\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
                        .formatted(OPEN));
        assertThat(body.at("/output_config/format/schema")).isEqualTo(read("""
                        {"type":"object","properties":{"age":{"type":"integer","description":"in years\\n\\n{\\"minimum\\":0}"},
                         "nick":{"anyOf":[{"type":"string","description":"{\\"maxLength\\":9}"},{"type":"null"}],"default":null},
                         "home":{"$ref":"#/$defs/Home"}},"required":["age","home"],
                         "$defs":{"Home":{"type":"object","properties":{"minimum":{"type":"string","description":"{\\"format\\":\\"x-odd\\"}"}},
                          "additionalProperties":false}},"additionalProperties":false}"""));
    }

    @Test
    void aSchemaIsStrictForOpenAiOnlyIfItTakesItSo() {
        var closed =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"],\"additionalProperties\":false}";
        var ask =
                "{\"model\":\"gpt\",\"max_tokens\":5,\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":%1$s}},"
                        + "\"tools\":[{\"name\":\"f\",\"strict\":true,\"input_schema\":%1$s}],\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        for (var schema : new String[] {closed, closed.replace("[\"a\"]", "[]"), OPEN}) {
            app.post(ann, "/v1/messages", ask.formatted(schema));
            var body = sent(openai);
            boolean fits = schema.equals(closed);
            assertThat(body.at("/response_format/json_schema/strict").booleanValue())
                    .isEqualTo(fits);
            assertThat(body.at("/response_format/json_schema/schema")).isEqualTo(read(schema));
            assertThat(body.at("/tools/0/function/strict").booleanValue()).isEqualTo(fits);
        }
    }

    @Test
    void thoughtsInPartsOfTheContentAreThoughts() {
        openai.on(
                "/chat/completions",
                Answer.events(
                        "data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"Hm.\"}]}]}}]}\n\n",
                        "data: {\"choices\":[{\"delta\":{\"content\":\"Yes\"},\"finish_reason\":\"stop\"}]}\n\n"));
        var answer = app.post(
                ann,
                "/v1/messages",
                "{\"model\":\"gpt\",\"max_tokens\":5,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(events(answer.body()).stream()
                        .map(event -> event.at("/delta/type").asText())
                        .filter(type -> !type.isEmpty()))
                .containsExactly("thinking_delta", "signature_delta", "text_delta");
    }

    @Test
    void longNamesOfToolsAndUsersAreShortForOpenAi() {
        var tool = "mcp__a_plugin_with_a_long_name__a_server_with_a_long_name__find_things";
        var ask =
                "{\"model\":\"gpt\",\"max_tokens\":5,\"stream\":%2$s,\"metadata\":{\"user_id\":\"{%1$s,%1$s}\"},\"tools\":[{\"name\":\"%1$s\",\"input_schema\":{\"type\":\"object\"}}],"
                        + "\"tool_choice\":{\"type\":\"tool\",\"name\":\"%1$s\"},\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"%1$s\",\"input\":{}}]},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":\"y\"}]}]}";
        app.post(ann, "/v1/messages", ask.formatted(tool, false));
        var body = sent(openai);
        var name = body.at("/tools/0/function/name").asText();
        assertThat(name).hasSize(64).startsWith("mcp__a_plugin");
        assertThat(body.at("/tool_choice/function/name").asText()).isEqualTo(name);
        assertThat(body.at("/messages/1/tool_calls/0/function/name").asText()).isEqualTo(name);
        assertThat(body.path("user").asText()).hasSize(64);
        var call = "[{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"" + name
                + "\",\"arguments\":\"{}\"}}]";
        openai.on(
                "/chat/completions",
                Answer.json("{\"choices\":[{\"message\":{\"tool_calls\":" + call
                        + "},\"finish_reason\":\"tool_calls\"}]}"));
        for (boolean stream : new boolean[] {false, true}) {
            var answer =
                    app.post(ann, "/v1/messages", ask.formatted(tool, stream)).body();
            assertThat(answer).contains("\"name\":\"" + tool + "\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"'tools':[],", ""})
    void nothingIsSaidOfToolsThatAreNotThere(String tools) {
        var answer = app.post(
                ann,
                "/v1/responses",
                ("{'model':'gpt','input':'x'," + tools + "'tool_choice':'auto','parallel_tool_calls':false}")
                        .replace('\'', '"'));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var body = sent(openai);
        assertThat(body.has("tools") || body.has("tool_choice") || body.has("parallel_tool_calls"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions, false", "/v1/chat/completions, true", "/v1/messages, false", "/v1/messages, true"
    })
    void anAnswerThatIsCompressedIsAFault(String path, boolean stream) {
        openai.on(
                "/chat/completions",
                new Answer(
                        200,
                        stream ? "text/event-stream" : "application/json",
                        List.of("\u001f\u008b\b\u0000"),
                        false,
                        Map.of("Content-Encoding", "gzip")));
        var answer = app.post(
                ann,
                path,
                "{\"model\":\"gpt\",\"max_tokens\":5,\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(answer.body()).contains("compressed");
        assertThat(answer.statusCode()).isEqualTo(502);
    }

    @ParameterizedTest
    @CsvSource({"minimal, low", "high, high", "xhigh, high"})
    void levelsOfThoughtAreThoseOfOllama(String effort, String level) {
        app.post(
                ann,
                "/v1/responses",
                "{\"model\":\"gpt-oss\",\"input\":\"x\",\"reasoning\":{\"effort\":\"%s\"},\"client_metadata\":{\"a\":\"b\"}}"
                        .formatted(effort));
        var body = sent(ollama);
        assertThat(body.path("think").asText()).isEqualTo(level);
        assertThat(body.has("client_metadata")).isFalse(); // which Codex sends, and Anthropic's API refuses
    }
}
