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

/** Searches that a model's server makes by itself, in the words of each protocol. */
class WebSearchTest extends OverThreeServers {
    private static final String FIRST = "Let me look 😀. ";
    private static final String SECOND = "It rains.";
    private static final String SAID = FIRST + SECOND;
    private static final String RESULT =
            "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"srvtoolu_1\",\"content\":[{\"type\":\"web_search_result\",\"url\":\"https://w.test/ulm\",\"title\":\"Ulm\",\"encrypted_content\":\"zzz\",\"page_age\":null}]}";
    private static final String CITATION =
            "{\"type\":\"web_search_result_location\",\"url\":\"https://w.test/ulm\",\"title\":\"Ulm\",\"cited_text\":\"rain\",\"encrypted_index\":\"e\"}";
    private static final Answer WHOLE = Answer.json("{\"id\":\"m\",\"content\":[{\"type\":\"text\",\"text\":\"" + FIRST
            + "\"},{\"type\":\"server_tool_use\",\"id\":\"srvtoolu_1\",\"name\":\"web_search\",\"input\":{\"query\":\"weather ulm\"}},"
            + RESULT + ",{\"type\":\"text\",\"text\":\"" + SECOND + "\",\"citations\":[" + CITATION
            + "]}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":5,\"output_tokens\":6}}");
    private static final Answer STREAM = Answer.events(
            event("message_start", ",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":5}}"),
            event("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
            event("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + FIRST + "\"}"),
            event("content_block_stop", ",\"index\":0"),
            event(
                    "content_block_start",
                    ",\"index\":1,\"content_block\":{\"type\":\"server_tool_use\",\"id\":\"srvtoolu_1\",\"name\":\"web_search\",\"input\":{}}"),
            event(
                    "content_block_delta",
                    ",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"query\\\":\\\"weat\"}"),
            event(
                    "content_block_delta",
                    ",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"her ulm\\\"}\"}"),
            event("content_block_stop", ",\"index\":1"),
            event("content_block_start", ",\"index\":2,\"content_block\":" + RESULT),
            event("content_block_stop", ",\"index\":2"),
            event(
                    "content_block_start",
                    ",\"index\":3,\"content_block\":{\"type\":\"text\",\"text\":\"\",\"citations\":[]}"),
            event(
                    "content_block_delta",
                    ",\"index\":3,\"delta\":{\"type\":\"citations_delta\",\"citation\":" + CITATION + "}"),
            event(
                    "content_block_delta",
                    ",\"index\":3,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + SECOND + "\"}"),
            event("content_block_stop", ",\"index\":3"),
            event("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":6}"),
            event("message_stop", ""));
    private static final String ANNOTATIONS =
            "[{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":0,\"end_index\":9,\"url\":\"https://w.test/ulm\",\"title\":\"Ulm\"}}]";
    private static final Answer CHAT_WHOLE = Answer.json("{\"choices\":[{\"message\":{\"content\":\"" + SECOND
            + "\",\"annotations\":" + ANNOTATIONS + "},\"finish_reason\":\"stop\"}]}");
    private static final Answer CHAT_STREAM = Answer.events(
            "data: {\"choices\":[{\"delta\":{\"content\":\"" + SECOND + "\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"annotations\":" + ANNOTATIONS + "}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");

    private static String event(String type, String rest) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + rest + "}\n\n";
    }

    @BeforeAll
    static void start() {
        start("over-openai", "over-anthropic", "over-ollama");
        ollama.on("/api/chat", Scripts.OLLAMA_WHOLE);
    }

    @BeforeEach
    void forget() {
        List.of(openai, anthropic, ollama).forEach(upstream -> upstream.requests.clear());
    }

    private static void script(boolean stream) {
        anthropic.on("/v1/messages", stream ? STREAM : WHOLE);
        openai.on("/chat/completions", stream ? CHAT_STREAM : CHAT_WHOLE);
    }

    private static String response(String model, boolean stream) {
        return """
                {"model":"%s","stream":%s,"max_tool_calls":4,"include":["web_search_call.action.sources"],
                 "tools":[{"type":"web_search","search_context_size":"low","user_location":{"type":"approximate","city":"Ulm","country":"DE"}}],
                 "tool_choice":"auto","parallel_tool_calls":true,
                 "input":[{"role":"user","content":"a"},{"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search","query":"q"}},
                  {"type":"message","role":"assistant","content":[{"type":"output_text","text":"b","annotations":[]}]},{"role":"user","content":"c"}]}""".formatted(model, stream);
    }

    @Test
    void aResponseTellsASearchInTheOrderOfItsApi() {
        script(true);
        var events = events(
                app.post(ann, "/v1/responses", response("over-anthropic", true)).body());
        assertThat(events.stream()
                        .map(event -> event.path("type").asText().replace("response.", "") + " "
                                + event.path("output_index").asText("")))
                .containsExactly(
                        "created ",
                        "in_progress ",
                        "output_item.added 0",
                        "content_part.added 0",
                        "output_text.delta 0",
                        "output_text.done 0",
                        "content_part.done 0",
                        "output_item.done 0",
                        "output_item.added 1",
                        "web_search_call.in_progress 1",
                        "web_search_call.searching 1",
                        "web_search_call.completed 1",
                        "output_item.done 1",
                        "output_item.added 2",
                        "content_part.added 2",
                        "output_text.delta 2",
                        "output_text.annotation.added 2",
                        "output_text.done 2",
                        "content_part.done 2",
                        "output_item.done 2",
                        "completed ");
        assertSearch(events.get(12).path("item"));
        var annotation = events.get(16).path("annotation");
        assertThat(events.get(16).path("annotation_index").asInt(-1)).isZero();
        assertCites(annotation, SECOND, 0);
        assertThat(events.getLast().at("/response/output/2/content/0/annotations/0"))
                .isEqualTo(annotation);
        assertThat(events.getLast().at("/response/output/1"))
                .isEqualTo(events.get(12).path("item"));

        var body = sent(anthropic);
        var tool = body.at("/tools/0");
        assertThat(tool.path("type").asText()).isEqualTo("web_search_20250305");
        assertThat(tool.path("name").asText()).isEqualTo("web_search");
        assertThat(tool.path("max_uses").asInt()).isEqualTo(4);
        assertThat(tool.path("user_location").toString())
                .isEqualTo("{\"type\":\"approximate\",\"city\":\"Ulm\",\"country\":\"DE\"}");
        assertThat(body.path("messages").findValuesAsText("role")).containsExactly("user", "assistant", "user");
        assertThat(body.has("web_search_options")).isFalse();
    }

    @Test
    void aWholeResponseHoldsTheSearchAndWhatWasCited() {
        script(false);
        var output = json(app.post(ann, "/v1/responses", response("over-anthropic", false)))
                .path("output");
        assertThat(output).hasSize(2);
        assertSearch(output.path(0));
        var text = output.at("/1/content/0");
        assertThat(text.path("text").asText()).isEqualTo(SAID);
        assertCites(text.at("/annotations/0"), SAID, FIRST.codePointCount(0, FIRST.length()));
    }

    private static void assertSearch(JsonNode item) {
        assertThat(item.path("type").asText()).isEqualTo("web_search_call");
        assertThat(item.path("status").asText()).isEqualTo("completed");
        assertThat(item.path("action").toString())
                .isEqualTo(
                        "{\"type\":\"search\",\"query\":\"weather ulm\",\"sources\":[{\"type\":\"url\",\"url\":\"https://w.test/ulm\"}]}");
    }

    private static void assertCites(JsonNode citation, String text, int from) {
        assertThat(citation.path("url").asText()).isEqualTo("https://w.test/ulm");
        assertThat(citation.path("title").asText()).isEqualTo("Ulm");
        assertThat(citation.path("start_index").asInt(-1)).isEqualTo(from);
        assertThat(citation.path("end_index").asInt()).isEqualTo(text.codePointCount(0, text.length()));
    }

    @Test
    void aSearchThatFailsOrIsBrokenOffIsSaidToHaveFailed() {
        var start =
                "{\"id\":\"m\",\"content\":[{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{\"query\":\"q\"}}";
        var failed =
                ",{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"s\",\"content\":{\"type\":\"web_search_tool_result_error\",\"error_code\":\"max_uses_exceeded\"}}";
        var end = "],\"stop_reason\":\"pause_turn\",\"usage\":{\"output_tokens\":6}}";
        for (var answer : List.of(start + end, start + failed + end)) {
            anthropic.on("/v1/messages", Answer.json(answer)); // to both: it is understood where a stream is asked for
            var whole = json(app.post(ann, "/v1/responses", response("over-anthropic", false)));
            assertThat(whole.at("/output/0/status").asText()).isEqualTo("failed");
            var events = events(app.post(ann, "/v1/responses", response("over-anthropic", true))
                    .body());
            assertThat(events.getLast().at("/response/output/0/status").asText())
                    .isEqualTo("failed");
        }
    }

    @Test
    void aChatCompletionSearchesAndCitesOverAnthropic() {
        var ask =
                "{\"model\":\"over-anthropic\",\"stream\":%s,\"web_search_options\":{\"user_location\":{\"type\":\"approximate\",\"approximate\":{\"country\":\"DE\"}}},\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        script(false);
        var message = json(app.post(ann, "/v1/chat/completions", ask.formatted(false)))
                .at("/choices/0/message");
        assertThat(message.path("content").asText()).isEqualTo(SAID);
        assertThat(message.at("/annotations/0/type").asText()).isEqualTo("url_citation");
        int from = FIRST.codePointCount(0, FIRST.length());
        assertCites(message.at("/annotations/0/url_citation"), SAID, from);
        assertThat(sent(anthropic).at("/tools/0").toString())
                .isEqualTo(
                        "{\"type\":\"web_search_20250305\",\"name\":\"web_search\",\"user_location\":{\"type\":\"approximate\",\"country\":\"DE\"}}");
        script(true);
        var cited = events(app.post(ann, "/v1/chat/completions", ask.formatted(true))
                        .body())
                .stream()
                .map(chunk -> chunk.at("/choices/0/delta/annotations/0/url_citation"))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(cited).hasSize(1);
        assertCites(cited.getFirst(), SAID, from);
    }

    @Test
    void overChatCompletionsASearchIsAnOptionAndWhatItCitesComesBack() {
        script(false);
        var output = json(app.post(ann, "/v1/responses", response("over-openai", false)))
                .path("output");
        assertCites(output.at("/0/content/0/annotations/0"), SECOND, 0);
        var body = sent(openai);
        assertThat(body.path("web_search_options").toString())
                .isEqualTo(
                        "{\"user_location\":{\"type\":\"approximate\",\"approximate\":{\"city\":\"Ulm\",\"country\":\"DE\"}},\"search_context_size\":\"low\"}");
        assertThat(body.has("tools") || body.has("tool_choice") || body.has("parallel_tool_calls"))
                .isFalse();
        script(true);
        var events = events(
                app.post(ann, "/v1/responses", response("over-openai", true)).body());
        var annotations = events.stream()
                .filter(event -> event.path("type").asText().endsWith("annotation.added"))
                .toList();
        assertThat(annotations).hasSize(1);
        assertCites(annotations.getFirst().path("annotation"), SECOND, 0);
    }

    @Test
    void anthropicsOwnToolIsTheSameOptionThere() {
        var ask = """
                {"model":"over-openai","stream":%s,"max_tokens":9,"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":8},
                  {"name":"weather","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"web_search"},
                 "messages":[{"role":"user","content":"x"}]}""";
        script(false);
        var text = json(app.post(ann, "/v1/messages", ask.formatted(false))).at("/content/0");
        assertThat(text.at("/citations/0/type").asText()).isEqualTo("web_search_result_location");
        assertThat(text.at("/citations/0/url").asText()).isEqualTo("https://w.test/ulm");
        var body = sent(openai);
        assertThat(body.path("web_search_options").toString()).isEqualTo("{}");
        assertThat(body.path("tools")).hasSize(1);
        assertThat(body.has("tool_choice")).isFalse();
        script(true);
        var deltas = events(app.post(ann, "/v1/messages", ask.formatted(true)).body()).stream()
                .map(event -> event.path("delta").path("type").asText())
                .filter(type -> !type.isEmpty())
                .toList();
        assertThat(deltas).containsExactly("text_delta", "citations_delta");
    }

    /** Its own clients have a message told as a stream when its server answered whole. */
    @Test
    void aMessageToldAnewHasTheSearchInBlocksOfItsOwn() {
        anthropic.on("/v1/messages", WHOLE);
        var types = events(app.post(
                                ann,
                                "/v1/messages",
                                "{\"model\":\"over-anthropic\",\"stream\":true,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")
                        .body())
                .stream()
                .map(event -> event.at("/content_block/type")
                        .asText(event.at("/delta/type").asText()))
                .filter(type -> !type.isEmpty())
                .collect(Collectors.toList());
        assertThat(types)
                .containsExactly(
                        "text",
                        "text_delta",
                        "server_tool_use",
                        "input_json_delta",
                        "web_search_tool_result",
                        "text",
                        "text_delta",
                        "citations_delta");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/responses        | over-ollama    | "input":"x","tools":[{"type":"web_search_preview"}]                                   | Ollama
            /v1/messages         | over-ollama    | "max_tokens":9,"tools":[{"type":"web_search_20250305","name":"web_search"}],$         | Ollama
            /v1/chat/completions | over-ollama    | "web_search_options":{},$                                                             | Ollama
            /v1/messages         | over-openai    | "max_tokens":9,"tools":[{"type":"web_search_20250305","name":"web_search","allowed_domains":["a.test"]}],$ | allowed_domains
            /v1/responses        | over-openai    | "input":"x","tools":[{"type":"web_search","filters":{"blocked_domains":["a.test"]}}]  | blocked_domains
            /v1/responses        | over-anthropic | "input":"x","tools":[{"type":"web_search","external_web_access":false}]               | external_web_access
            """)
    void whereThereIsNoSearchOrNoneSoLimitedTheToolIsRefusedByName(
            String path, String model, String fields, String named) {
        for (var stream : List.of("true", "false")) {
            var answer = app.post(
                    ann,
                    path,
                    "{\"model\":\"" + model + "\",\"stream\":" + stream + ","
                            + fields.replace("$", "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]") + "}");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
            assertThat(json(answer).at("/error/message").asText())
                    .contains(named.equals("external_web_access") ? "tools.0" : "'web_search'", named);
            assertThat(json(answer).at("/error/type").asText()).isEqualTo("invalid_request_error");
            assertThat(json(answer).path("type").asText().equals("error")).isEqualTo(path.equals("/v1/messages"));
        }
    }

    @Test
    void sitesAreKeptToOverAnthropicAndTheToolMayBeForced() {
        script(false);
        app.post(ann, "/v1/responses", """
                {"model":"over-anthropic","input":"x","tools":[{"type":"web_search","filters":{"allowed_domains":["a.test"]}}],
                 "tool_choice":{"type":"web_search_preview"}}""");
        var body = sent(anthropic);
        assertThat(body.at("/tools/0/allowed_domains/0").asText()).isEqualTo("a.test");
        assertThat(body.path("tool_choice").toString()).isEqualTo("{\"type\":\"tool\",\"name\":\"web_search\"}");
    }
}
