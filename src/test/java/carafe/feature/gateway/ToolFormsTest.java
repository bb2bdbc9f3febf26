package carafe.feature.gateway;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tools in forms that only OpenAI's protocols have, over servers of every kind: older functions and custom tools. */
class ToolFormsTest extends OverThreeServers {
    private static final String FUNCTIONS = """
            {"model":"%s","stream":%s,"functions":[{"name":"weather","description":"d","parameters":{"type":"object"}}],
             "function_call":{"name":"weather"},"messages":[{"role":"user","content":"a"},
             {"role":"assistant","content":null,"function_call":{"name":"weather","arguments":"{\\"city\\":\\"Bonn\\"}"}},
             {"role":"function","name":"weather","content":"rain"},{"role":"user","content":"and Ulm?"}]}""";
    /** What the model writes for the custom tool, and how it comes as arguments of a function. */
    private static final String INPUT = "say \"grüß\\gott\"\n😀 end";

    private static final List<String> ARGUMENTS =
            List.of("{\"inp", "ut\": \"say \\", "\"grüß\\\\gott\\\"\\n\\ud83d", "\\ude00 e", "nd\"}");

    @BeforeAll
    static void start() {
        start("over-openai", "over-anthropic", "over-ollama");
    }

    @BeforeEach
    void forget() {
        List.of(openai, anthropic, ollama).forEach(upstream -> upstream.requests.clear());
    }

    /** One call of the custom tool in each protocol. */
    private static void scriptCustom(boolean stream) {
        var arguments = String.join("", ARGUMENTS);
        var call =
                "{\"index\":0,\"id\":\"call_x\",\"type\":\"function\",\"function\":{\"name\":\"patch\",\"arguments\":%s}}";
        if (!stream) {
            openai.on(
                    "/chat/completions",
                    Answer.json("{\"choices\":[{\"message\":{\"tool_calls\":[" + call.formatted(quoted(arguments))
                            + "]},\"finish_reason\":\"tool_calls\"}]}"));
            anthropic.on(
                    "/v1/messages",
                    Answer.json("{\"content\":[{\"type\":\"tool_use\",\"id\":\"call_x\",\"name\":\"patch\",\"input\":"
                            + arguments + "}],\"stop_reason\":\"tool_use\",\"usage\":{\"output_tokens\":1}}"));
        } else {
            var chunk = "data: {\"choices\":[{\"delta\":{\"tool_calls\":[%s]}}]}\n\n";
            openai.on(
                    "/chat/completions",
                    Answer.events(
                            chunk.formatted(call.formatted("\"\""))
                                    + ARGUMENTS.stream()
                                            .map(piece -> chunk.formatted(
                                                    "{\"index\":0,\"function\":{\"arguments\":" + quoted(piece) + "}}"))
                                            .collect(Collectors.joining()),
                            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n"));
            anthropic.on(
                    "/v1/messages",
                    Answer.events(
                            "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\n",
                            "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"call_x\",\"name\":\"patch\",\"input\":{}}}\n\n",
                            ARGUMENTS.stream()
                                    .map(piece ->
                                            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
                                                    + quoted(piece) + "}}\n\n")
                                    .collect(Collectors.joining()),
                            "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
                            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":1}}\n\n",
                            "data: {\"type\":\"message_stop\"}\n\n"));
        }
        var line = "{\"message\":{\"tool_calls\":[{\"id\":\"call_x\",\"function\":{\"name\":\"patch\",\"arguments\":"
                + arguments + "}}]},\"done\":true,\"done_reason\":\"stop\"}";
        ollama.on("/api/chat", stream ? Answer.lines(line + "\n") : Answer.json(line));
    }

    private static String quoted(String text) {
        return MAPPER.getNodeFactory().textNode(text).toString();
    }

    private static String joined(List<JsonNode> nodes, String pointer) {
        return nodes.stream().map(node -> node.at(pointer).asText("")).collect(Collectors.joining());
    }

    @ParameterizedTest
    @ValueSource(strings = {"over-anthropic", "over-ollama"})
    void whoOffersFunctionsIsAnsweredWithAFunctionCall(String model) {
        scriptAll(false);
        var choice = json(app.post(ann, "/v1/chat/completions", FUNCTIONS.formatted(model, false)))
                .at("/choices/0");
        assertThat(choice.at("/message/function_call/name").asText())
                .as(choice.toString())
                .isEqualTo("weather");
        assertThat(choice.at("/message/function_call/arguments").asText()).isEqualTo("{\"city\":\"Ulm\"}");
        assertThat(choice.path("message").has("tool_calls")).isFalse();
        assertThat(choice.path("finish_reason").asText()).isEqualTo("function_call");

        scriptAll(true);
        var chunks = events(app.post(ann, "/v1/chat/completions", FUNCTIONS.formatted(model, true))
                .body());
        assertThat(joined(chunks, "/choices/0/delta/function_call/name")).isEqualTo("weather");
        assertThat(joined(chunks, "/choices/0/delta/function_call/arguments")).isEqualTo("{\"city\":\"Ulm\"}");
        assertThat(joined(chunks, "/choices/0/finish_reason")).contains("function_call");
        assertThat(chunks.toString()).doesNotContain("tool_calls");
    }

    @Test
    void functionsAndTheirResultsGoUpAsTools() {
        scriptAll(false);
        app.post(ann, "/v1/chat/completions", FUNCTIONS.formatted("over-anthropic", false));
        var body = sent(anthropic);
        assertThat(body.at("/tools/0/name").asText()).isEqualTo("weather");
        assertThat(body.at("/tools/0/input_schema/type").asText()).isEqualTo("object");
        assertThat(body.at("/tool_choice/name").asText()).isEqualTo("weather");
        assertThat(body.at("/tool_choice/disable_parallel_tool_use").asBoolean())
                .isTrue();
        var use = body.at("/messages/1/content/0");
        assertThat(use.path("type").asText()).isEqualTo("tool_use");
        assertThat(use.path("input").toString()).isEqualTo("{\"city\":\"Bonn\"}");
        assertThat(body.at("/messages/2/content/0/tool_use_id")).isEqualTo(use.path("id"));
        assertThat(body.at("/messages/2/content/0/content/0/text").asText()).isEqualTo("rain");

        app.post(ann, "/v1/chat/completions", FUNCTIONS.formatted("over-ollama", false));
        body = sent(ollama);
        assertThat(body.at("/tools/0/function/name").asText()).isEqualTo("weather");
        assertThat(body.at("/messages/1/tool_calls/0/function/arguments/city").asText())
                .isEqualTo("Bonn");
        assertThat(body.at("/messages/2/role").asText()).isEqualTo("tool");
        assertThat(body.at("/messages/2/tool_name").asText()).isEqualTo("weather");
    }

    @Test
    void functionsReachAServerOfTheSameProtocolAsTheyAre() {
        openai.on(
                "/chat/completions",
                Answer.json(
                        "{\"choices\":[{\"message\":{\"content\":null,\"function_call\":{\"name\":\"weather\",\"arguments\":\"{}\"}},\"finish_reason\":\"function_call\"}]}"));
        var answer = app.post(ann, "/v1/chat/completions", FUNCTIONS.formatted("over-openai", false));
        assertThat(sent(openai)).isEqualTo(read(FUNCTIONS.formatted("over-openai", false)));
        assertThat(json(answer).at("/choices/0/message/function_call/name").asText())
                .isEqualTo("weather");

        // one that answers whole although a stream was asked for is heard as well
        var chunks = events(app.post(ann, "/v1/chat/completions", FUNCTIONS.formatted("over-openai", true))
                .body());
        assertThat(joined(chunks, "/choices/0/delta/function_call/name")).isEqualTo("weather");
        assertThat(joined(chunks, "/choices/0/finish_reason")).contains("function_call");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "functions":[{"name":"f"}],"tools":[{"type":"function","function":{"name":"g"}}] | 'functions'
            "functions":[{"parameters":{}}]                                                   | functions.0.name
            "functions":[{"name":"f"}],"function_call":"always"                               | function_call
            "tools":[{"type":"custom","custom":{}}]                                           | tools.0.custom.name
            """)
    void whatNoServerCouldMakeSenseOfIsRefusedByName(String fields, String named) {
        var answer = app.post(
                ann,
                "/v1/chat/completions",
                "{\"model\":\"over-anthropic\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]," + fields + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(json(answer).at("/error/message").asText()).contains(named);
        var unasked = app.post(
                ann,
                "/v1/chat/completions",
                "{\"model\":\"over-anthropic\",\"messages\":[{\"role\":\"function\",\"name\":\"f\",\"content\":\"x\"}]}");
        assertThat(unasked.statusCode()).isEqualTo(400);
        assertThat(unasked.body()).contains("messages.0");
    }

    private static final String CUSTOM_RESPONSE = """
            {"model":"%s","stream":%s,"tools":[{"type":"custom","name":"patch","description":"Applies.",
              "format":{"type":"grammar","syntax":"lark","definition":"start: WORD"}}],"tool_choice":{"type":"custom","name":"patch"},
             "input":[{"role":"user","content":"a"},{"type":"custom_tool_call","call_id":"c1","name":"patch","input":"old \\"one\\""},
              {"type":"custom_tool_call_output","call_id":"c1","output":"done"},{"role":"user","content":"b"}]}""";

    @ParameterizedTest
    @ValueSource(strings = {"over-openai", "over-anthropic", "over-ollama"})
    void aResponseCallsACustomToolWithItsText(String model) {
        scriptCustom(true);
        var events = events(app.post(ann, "/v1/responses", CUSTOM_RESPONSE.formatted(model, true))
                .body());
        assertThat(events.stream().map(event -> event.path("type").asText()).distinct())
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.custom_tool_call_input.delta",
                        "response.custom_tool_call_input.done",
                        "response.output_item.done",
                        "response.completed");
        var added = events.get(2).path("item");
        assertThat(added.path("type").asText()).isEqualTo("custom_tool_call");
        assertThat(added.path("input").asText("?")).isEmpty();
        var deltas = events.stream()
                .filter(event -> event.path("type").asText().endsWith("input.delta"))
                .toList();
        assertThat(deltas)
                .allMatch(delta -> delta.path("item_id").equals(added.path("id")))
                .allMatch(delta -> delta.path("output_index").asInt(-1) == 0)
                .hasSizeGreaterThan(model.equals("over-ollama") ? 0 : 2);
        assertThat(joined(deltas, "/delta")).isEqualTo(INPUT);
        assertThat(joined(events, "/input")).isEqualTo(INPUT); // of the event that says it is done
        var item = events.getLast().at("/response/output/0");
        assertThat(item.path("input").asText()).isEqualTo(INPUT);
        assertThat(item.path("call_id").asText()).isEqualTo("call_x");
        assertThat(item.path("name").asText()).isEqualTo("patch");

        scriptCustom(false);
        var whole = json(app.post(ann, "/v1/responses", CUSTOM_RESPONSE.formatted(model, false)))
                .at("/output/0");
        assertThat(whole.path("type").asText()).isEqualTo("custom_tool_call");
        assertThat(whole.path("input").asText()).isEqualTo(INPUT);
    }

    @Test
    void aCustomToolGoesUpAsAFunctionOfOneText() {
        scriptCustom(false);
        app.post(ann, "/v1/responses", CUSTOM_RESPONSE.formatted("over-openai", false));
        var body = sent(openai);
        var function = body.at("/tools/0/function");
        assertThat(function.path("description").asText()).startsWith("Applies.").contains("lark", "start: WORD");
        assertThat(function.at("/parameters/properties/input/type").asText()).isEqualTo("string");
        assertThat(function.at("/parameters/required/0").asText()).isEqualTo("input");
        assertThat(body.at("/tool_choice/function/name").asText()).isEqualTo("patch");
        assertThat(body.at("/messages/1/tool_calls/0/function/arguments").asText())
                .isEqualTo("{\"input\":\"old \\\"one\\\"\"}");
        assertThat(body.at("/messages/2/tool_call_id").asText()).isEqualTo("c1");

        app.post(ann, "/v1/responses", CUSTOM_RESPONSE.formatted("over-anthropic", false));
        body = sent(anthropic);
        assertThat(body.at("/tools/0/input_schema/properties/input/type").asText())
                .isEqualTo("string");
        assertThat(body.at("/tool_choice/name").asText()).isEqualTo("patch");
        assertThat(body.at("/messages/1/content/0/input/input").asText()).isEqualTo("old \"one\"");
        assertThat(body.at("/messages/2/content/0/tool_use_id").asText()).isEqualTo("c1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"over-anthropic", "over-ollama"})
    void aChatCompletionCallsACustomToolWithItsText(String model) {
        var ask = """
                {"model":"%s","stream":%s,"tools":[{"type":"custom","custom":{"name":"patch","format":{"type":"grammar","grammar":{"syntax":"regex","definition":"a+"}}}},
                  {"type":"function","function":{"name":"weather"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"custom","custom":{"name":"patch"}}]}},
                 "messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"custom","custom":{"name":"patch","input":"old"}}]},
                  {"role":"tool","tool_call_id":"c1","content":"done"}]}""";
        scriptCustom(false);
        var answer = app.post(ann, "/v1/chat/completions", ask.formatted(model, false));
        var call = json(answer).at("/choices/0/message/tool_calls/0");
        assertThat(call.path("type").asText()).as(answer.body()).isEqualTo("custom");
        assertThat(call.path("id").asText()).isEqualTo("call_x");
        assertThat(call.at("/custom/name").asText()).isEqualTo("patch");
        assertThat(call.at("/custom/input").asText()).isEqualTo(INPUT);
        assertThat(call.has("function")).isFalse();

        var body = sent(model.equals("over-ollama") ? ollama : anthropic);
        assertThat(body.path("tools").findValuesAsText("name")).containsExactly("patch");
        assertThat(body.path("messages").toString()).contains("{\"input\":\"old\"}");
        assertThat(body.path("tools").toString()).contains("regex grammar", "a+");

        scriptCustom(true);
        var chunks = events(app.post(ann, "/v1/chat/completions", ask.formatted(model, true))
                .body());
        var calls = chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
                .filter(piece -> !piece.isMissingNode())
                .toList();
        assertThat(calls.getFirst().path("type").asText()).isEqualTo("custom");
        assertThat(joined(calls, "/custom/name")).isEqualTo("patch");
        assertThat(joined(calls, "/custom/input")).isEqualTo(INPUT);
        assertThat(calls).allMatch(piece -> piece.path("index").asInt(-1) == 0 && !piece.has("function"));
        assertThat(joined(chunks, "/choices/0/finish_reason")).contains("tool_calls");
    }

    @Test
    void whatToolsShowFollowsTheirResults() {
        var ask = """
                {"model":"%s","input":[{"role":"user","content":"a"},
                 {"type":"function_call","call_id":"c1","name":"see","arguments":"{}"},{"type":"function_call","call_id":"c2","name":"see","arguments":"{}"},
                 {"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"one"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"}]},
                 {"type":"reasoning","summary":[]},
                 {"type":"function_call_output","call_id":"c2","output":"two"},{"role":"user","content":"b"}]}""";
        scriptAll(false);
        app.post(ann, "/v1/responses", ask.formatted("over-openai"));
        var messages = sent(openai).path("messages");
        assertThat(messages.findValuesAsText("role"))
                .containsExactly("user", "assistant", "tool", "tool", "user", "user");
        assertThat(messages.at("/2/content").asText()).isEqualTo("one");
        assertThat(messages.at("/4/content/0/image_url/url").asText()).isEqualTo("data:image/png;base64,AAAA");

        app.post(ann, "/v1/responses", ask.formatted("over-anthropic"));
        assertThat(sent(anthropic).at("/messages/2/content").toString())
                .containsSubsequence("tool_result", "\"c1\"", "tool_result", "\"c2\"", "image", "AAAA", "\"b\"");
    }

    @Test
    void aServerThatAnswersACustomCallWholeIsHeardByWhoAskedForAStream() {
        openai.on(
                "/chat/completions",
                Answer.json(
                        "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"call_x\",\"type\":\"custom\",\"custom\":{\"name\":\"patch\",\"input\":\"a \\\"b\\\"\"}}]},\"finish_reason\":\"tool_calls\"}]}"));
        var calls = events(app.post(
                                ann,
                                "/v1/chat/completions",
                                "{\"model\":\"over-openai\",\"stream\":true,\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"patch\"}}],\"messages\":[{\"role\":\"assistant\",\"content\":\"x\",\"function_call\":null}]}")
                        .body())
                .stream()
                .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(calls).hasSize(1);
        assertThat(calls.getFirst().toString())
                .isEqualTo(
                        "{\"index\":0,\"id\":\"call_x\",\"type\":\"custom\",\"custom\":{\"name\":\"patch\",\"input\":\"a \\\"b\\\"\"}}");
    }

    /** Models of servers that enforce no schema may write the text itself. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            plain words          | plain words
            {"text":"x"}         | {"text":"x"}
            {"a":1,"input":"x"}  | x
            {}                   | ``
            {"input":"cut of     | cut of
            """)
    void whatIsNoArgumentsIsTheTextItself(String arguments, String input) {
        openai.on(
                "/chat/completions",
                Answer.events(
                        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_x\",\"function\":{\"name\":\"patch\",\"arguments\":"
                                + quoted(arguments) + "}}]}}]}\n\n",
                        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n"));
        var events = events(app.post(ann, "/v1/responses", CUSTOM_RESPONSE.formatted("over-openai", true))
                .body());
        assertThat(joined(events, "/delta")).isEqualTo(input);
        assertThat(events.getLast().at("/response/output/0/input").asText("?")).isEqualTo(input);
    }
}
