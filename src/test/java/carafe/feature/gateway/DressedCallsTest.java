package carafe.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Models that people made of others, in the words of Ollama's and the Responses API, and what only Ollama knows. */
class DressedCallsTest extends OverThreeServers {
    private static final String PARAMS = """
            {"system":"Arr.","temperature":0.5,"max_tokens":70,"stop":["END"],"seed":4,"num_ctx":8192,"mirostat":"1",
             "use_mmap":false,"keep_alive":"5m","think":"true",
             "response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}}}""";
    private static final String GENERATED =
            "{\"model\":\"llama\",\"response\":\"hi\",\"of_tomorrow\":1,\"done\":true,\"done_reason\":\"stop\"}\n";
    private static final String RESPONSE =
            "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"output\":[],\"of_tomorrow\":1}";

    @BeforeAll
    static void start() {
        start("gpt", "claude", "llama");
        create("over-gpt", "gpt", PARAMS);
        create("over-claude", "claude", PARAMS);
        create("over-llama", "llama", PARAMS);
    }

    @BeforeEach
    void forget() {
        scriptAll(false);
        openai.on("/responses", Answer.json(RESPONSE));
        ollama.on("/api/generate", Answer.lines(GENERATED));
        openai.requests.clear();
        anthropic.requests.clear();
        ollama.requests.clear();
    }

    private static JsonNode asked(String path, String body) {
        var answer = app.post(ann, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return read(answer.body());
    }

    private static void hasOptions(JsonNode body) {
        assertThat(body.path("options"))
                .isEqualTo(
                        read(
                                "{\"temperature\":0.5,\"num_predict\":70,\"stop\":[\"END\"],\"seed\":4,\"num_ctx\":8192,\"mirostat\":1,\"use_mmap\":false}"));
        hasRest(body);
    }

    private static void hasRest(JsonNode body) {
        assertThat(body.path("keep_alive").asText()).isEqualTo("5m");
        assertThat(body.path("think")).isEqualTo(read("true"));
        assertThat(body.at("/format/type").asText()).isEqualTo("object");
        assertThat(body.has("ollama")).isFalse();
    }

    @Test
    void aChatOfOllamasApiKeepsItsOwnWords() {
        asked("/ollama/api/chat", """
                {"model":"over-llama","stream":false,"of_tomorrow":[1],"options":{"num_gqa":8,"temperature":0.9},
                 "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"x","of_today":2}]}""");
        var body = sent(ollama);
        assertThat(body.path("model").asText()).isEqualTo("llama");
        assertThat(body.at("/options/num_gqa").asInt()).isEqualTo(8);
        assertThat(body.at("/options/temperature").asDouble()).isEqualTo(0.5);
        assertThat(body.at("/options/num_ctx").asInt()).isEqualTo(8192);
        assertThat(body.path("messages")).isEqualTo(read("""
                        [{"role":"system","content":"Arr.\\nBe brief."},{"role":"user","content":"x","of_today":2}]"""));
        assertThat(body.path("of_tomorrow")).isEqualTo(read("[1]"));
        hasRest(body);
    }

    @Test
    void whatOllamaGeneratesIsPassedAsItIs() {
        var answer = asked(
                "/ollama/api/generate",
                "{\"model\":\"over-llama\",\"prompt\":\"x\",\"suffix\":\"y\",\"system\":\"Be brief.\",\"stream\":false}");
        assertThat(answer.path("of_tomorrow").asInt()).isEqualTo(1);
        var body = sent(ollama);
        assertThat(body.path("suffix").asText()).isEqualTo("y");
        assertThat(body.path("system").asText()).isEqualTo("Arr.\nBe brief.");
        hasOptions(body);

        asked("/ollama/api/generate", "{\"model\":\"over-llama\",\"prompt\":\"x\",\"raw\":true}");
        assertThat(sent(ollama).has("system")).isFalse();
    }

    @Test
    void aModelThatIsOnlyLoadedIsAskedNothing() {
        asked("/ollama/api/chat", "{\"model\":\"over-llama\",\"messages\":[]}");
        assertThat(sent(ollama).path("messages")).isEmpty();
    }

    @Test
    void theResponsesApiKeepsItsOwnWords() {
        var answer = asked("/v1/responses", """
                {"model":"over-gpt","input":[{"type":"item_reference","id":"i"}],"instructions":"Be brief.","temperature":1,
                 "tools":[{"type":"file_search","vector_store_ids":["v"]}],"reasoning":{"summary":"auto"},"text":{"verbosity":"low"}}""");
        assertThat(answer.path("of_tomorrow").asInt()).isEqualTo(1);
        assertThat(openai.requests.remove().body()).isEqualTo(read("""
                        {"model":"gpt","input":[{"type":"item_reference","id":"i"}],"instructions":"Arr.\\nBe brief.","temperature":0.5,
                         "tools":[{"type":"file_search","vector_store_ids":["v"]}],"reasoning":{"summary":"auto"},
                         "text":{"verbosity":"low","format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"object"}}},
                         "max_output_tokens":70}"""));
    }

    @Test
    void aServerOfAnotherApiIsAskedInItsWords() {
        asked("/v1/responses", "{\"model\":\"over-claude\",\"input\":\"x\",\"instructions\":\"Be brief.\"}");
        var body = sent(anthropic);
        assertThat(body.path("system").toString()).contains("Arr.\\nBe brief.");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(70);
    }

    @Test
    void onlyOllamaGetsWhatOnlyOllamaKnows() {
        for (var model : new String[] {"over-gpt", "over-claude", "over-llama"}) {
            asked(
                    "/v1/chat/completions",
                    "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        }
        hasOptions(sent(ollama));
        for (var upstream : new carafe.ScriptedUpstream[] {openai, anthropic}) {
            var body = sent(upstream);
            assertThat(body.path("temperature").asDouble()).isEqualTo(0.5);
            assertThat(body.toString()).doesNotContain("ollama", "num_ctx", "keep_alive", "use_mmap", "think");
        }
    }

    @Test
    void whatAPersonSetsOnAPageArrives() {
        for (var model : new String[] {"llama", "gpt"}) {
            asked("/api/chat/completions", """
                    {"model":"%s","messages":[{"role":"user","content":"x"}],
                     "params":{"num_ctx":4096,"use_mlock":true,"keep_alive":"-1","format":"json","think":false,"top_k":3,
                      "custom_params":{"min_tokens":"5","model":"other","messages":"[]"}}}""".formatted(model));
        }
        var body = sent(ollama);
        assertThat(body.path("options")).isEqualTo(read("{\"top_k\":3,\"num_ctx\":4096,\"use_mlock\":true}"));
        assertThat(body.path("keep_alive").asInt()).isEqualTo(-1);
        assertThat(body.path("format").asText()).isEqualTo("json");
        assertThat(body.path("think")).isEqualTo(read("false"));
        assertThat(body.path("min_tokens").asInt()).isEqualTo(5);
        assertThat(sent(openai))
                .isEqualTo(
                        read(
                                "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"top_k\":3,\"min_tokens\":5}"));

        var wrong = app.post(
                ann,
                "/api/chat/completions",
                "{\"model\":\"llama\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"params\":{\"num_ctx\":\"big\"}}");
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("params.num_ctx");
    }
}
