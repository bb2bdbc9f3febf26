package carafe.feature.models;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream;
import carafe.ScriptedUpstream.Answer;
import carafe.TestApp;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that people made of others, asked in the protocol of the server behind them. */
class DressedMessagesTest {
    private static final String STREAM =
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"of_tomorrow\":1,\"usage\":{\"input_tokens\":5}}}\n\n"
                    + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    private static final String MARK = "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}";
    private static final String ASK = """
            {"model":"%s","max_tokens":50,"stream":true,"temperature":0.9,"of_tomorrow":[1],
             "system":[{"type":"text","text":"Be brief.",MARK}],
             "tools":[{"name":"weather","input_schema":{"type":"object"},MARK},{"type":"bash_20250124","name":"bash"}],
             "messages":[{"role":"user","content":[{"type":"text","text":"look",MARK}]},
              {"role":"assistant","content":[{"type":"thinking","thinking":"x","signature":"sig"},{"type":"tool_use","id":"c1","name":"weather","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"rain",MARK}]}]}""".replace("MARK", MARK);

    @TempDir
    static Path folder;

    static ScriptedUpstream claude;
    static TestApp app;
    static TestApp.User ann;

    @BeforeAll
    static void start() {
        claude = new ScriptedUpstream("claude").on("/v1/messages", Answer.events(STREAM));
        app = TestApp.start(folder, "ANTHROPIC_BASE_URL", claude.url(), "ANTHROPIC_API_KEY", "sk-ant-upstream");
        ann = app.signUp("ann");
        create("pirate", "{\"system\":\"Arr.\",\"temperature\":1.7,\"max_tokens\":70,\"stop\":[\"END\"]}");
        create("thinker", "{\"reasoning_effort\":\"low\",\"seed\":5}");
    }

    private static void create(String id, String params) {
        var made = app.post(
                ann,
                "/api/v1/models/create",
                "{\"id\":\"%s\",\"base_model_id\":\"claude\",\"name\":\"x\",\"meta\":{},\"params\":%s}"
                        .formatted(id, params));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        app.close();
        claude.close();
    }

    @BeforeEach
    void forget() {
        claude.requests.clear();
    }

    private static ObjectNode sent() throws InterruptedException {
        return (ObjectNode) claude.requests.take().body();
    }

    private static JsonNode asked(String model) throws JsonProcessingException {
        return new ObjectMapper().readTree(ASK.formatted(model));
    }

    @Test
    void whatTheModelSaysIsPutInAndTheRestStaysAsItWas() throws Exception {
        var answer = app.send(ann, "POST", "/v1/messages", ASK.formatted("pirate"), "anthropic-beta", "of-tomorrow");
        assertThat(answer.body()).isEqualTo(STREAM);
        assertThat(claude.requests.peek().headers()).containsEntry("anthropic-beta", "of-tomorrow");
        var body = sent();
        assertThat(body.path("model").asText()).isEqualTo("claude");
        assertThat(body.at("/system/0/text").asText()).isEqualTo("Arr.");
        assertThat(body.at("/system/1").toString()).contains(MARK, "Be brief.");
        assertThat(body.path("temperature").asDouble()).isEqualTo(1.0);
        assertThat(body.path("max_tokens").asInt()).isEqualTo(70);
        assertThat(body.at("/stop_sequences/0").asText()).isEqualTo("END");
        var asked = asked("claude");
        for (var same : new String[] {"tools", "messages", "of_tomorrow", "stream"}) {
            assertThat(body.path(same)).isEqualTo(asked.path(same));
        }
        assertThat(body.size()).isEqualTo(asked.size() + 1); // the stop sequences
    }

    @Test
    void aSystemTextWithoutAMarkIsKeptToo() throws Exception {
        app.post(
                ann,
                "/v1/messages",
                "{\"model\":\"pirate\",\"max_tokens\":9,\"system\":\"Be brief.\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(sent().path("system").findValuesAsText("text")).containsExactly("Arr.", "Be brief.");
    }

    @Test
    void aModelThatThinksHasRoomToAndOnlyWhereTheApiAllowsIt() throws Exception {
        app.post(ann, "/v1/messages", ASK.formatted("thinker"));
        var body = sent();
        assertThat(body.at("/thinking/budget_tokens").asInt()).isEqualTo(2048);
        assertThat(body.path("max_tokens").asInt()).isEqualTo(2098);
        assertThat(body.has("temperature") || body.has("seed")).isFalse();

        app.post(ann, "/v1/messages", ASK.formatted("thinker").replace("\"type\":\"thinking\"", "\"type\":\"lost\""));
        body = sent();
        assertThat(body.has("thinking")).isFalse();
        assertThat(body.path("max_tokens").asInt()).isEqualTo(50);
        assertThat(body.path("temperature").asDouble()).isEqualTo(0.9);

        app.post(
                ann,
                "/v1/messages",
                ASK.formatted("thinker")
                        .replace("\"of_tomorrow\"", "\"tool_choice\":{\"type\":\"any\"},\"of_tomorrow\""));
        assertThat(sent().has("thinking")).isFalse();
    }

    @Test
    void tokensAreCountedWithTheModelsSystemText() throws Exception {
        claude.on("/count_tokens", Answer.json("{\"input_tokens\":77}"));
        var counted = app.post(
                ann,
                "/v1/messages/count_tokens",
                "{\"model\":\"pirate\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(json(counted).path("input_tokens").asInt()).isEqualTo(77);
        var body = sent();
        assertThat(body.at("/system/0/text").asText()).isEqualTo("Arr.");
        assertThat(body.properties()).hasSize(3);
    }
}
