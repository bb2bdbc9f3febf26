package carafe.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream;
import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/** For tests of what is translated: a server with an upstream of each protocol behind it, and one account. */
abstract class OverThreeServers {
    static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path folder;

    static ScriptedUpstream openai;
    static ScriptedUpstream anthropic;
    static ScriptedUpstream ollama;
    static TestApp app;
    static TestApp.User ann;

    /** @param anthropicModels one, or several divided by commas */
    static void start(String openaiModel, String anthropicModels, String ollamaModel) {
        openai = new ScriptedUpstream(openaiModel);
        anthropic = new ScriptedUpstream(anthropicModels.split(","));
        ollama = new ScriptedUpstream(ollamaModel);
        app = TestApp.start(
                folder,
                "OPENAI_API_BASE_URLS",
                openai.url() + "/v1",
                "ANTHROPIC_BASE_URL",
                anthropic.url(),
                "ANTHROPIC_API_KEY",
                "sk-ant-upstream",
                "OLLAMA_BASE_URLS",
                ollama.url());
        ann = app.signUp("ann");
    }

    @AfterAll
    static void stop() {
        app.close();
        openai.close();
        anthropic.close();
        ollama.close();
    }

    /** Every upstream answers with the same in the words of its protocol. */
    static void scriptAll(boolean stream) {
        openai.on("/chat/completions", stream ? Scripts.OPENAI_STREAM : Scripts.OPENAI_WHOLE);
        anthropic.on("/v1/messages", stream ? Scripts.ANTHROPIC_STREAM : Scripts.ANTHROPIC_WHOLE);
        ollama.on("/api/chat", stream ? Scripts.OLLAMA_STREAM : Scripts.OLLAMA_WHOLE);
    }

    /** Makes a workspace model. */
    static void create(String id, String base, String params) {
        var made = app.post(
                ann,
                "/api/v1/models/create",
                "{\"id\":\"%s\",\"base_model_id\":\"%s\",\"name\":\"x\",\"meta\":{},\"params\":%s}"
                        .formatted(id, base, params));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    }

    /** The next request that an upstream had, but for the question whether it knows the Responses API. */
    static JsonNode sent(ScriptedUpstream upstream) {
        var request = upstream.requests.poll();
        return request == null
                ? MAPPER.missingNode()
                : request.path().endsWith("/responses") ? sent(upstream) : request.body();
    }

    /** The data of a stream's events. */
    static List<JsonNode> events(String body) {
        return body.lines()
                .filter(line -> line.startsWith("data:") && !line.contains("[DONE]"))
                .map(line -> read(line.substring(5)))
                .toList();
    }

    static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }
}
