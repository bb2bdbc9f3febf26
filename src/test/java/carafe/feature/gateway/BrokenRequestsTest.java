package carafe.feature.gateway;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream;
import carafe.TestApp;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that are wrong, at models whose server speaks another protocol: nobody but us can tell which field it is. */
class BrokenRequestsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path folder;

    static ScriptedUpstream openai;
    static ScriptedUpstream ollama;
    static TestApp app;
    static TestApp.User ann;

    @BeforeAll
    static void start() {
        openai = new ScriptedUpstream("gpt");
        ollama = new ScriptedUpstream("llama");
        app = TestApp.start(folder, "OPENAI_API_BASE_URLS", openai.url() + "/v1", "OLLAMA_BASE_URLS", ollama.url());
        ann = app.signUp("ann");
    }

    @AfterAll
    static void stop() {
        app.close();
        openai.close();
        ollama.close();
    }

    /** Asks with {@code fields} in place of those of a request that is right; the upstreams are never called. */
    private static HttpResponse<String> refused(String path, String right, String fields) throws Exception {
        var body = (ObjectNode) MAPPER.readTree(right);
        body.setAll((ObjectNode) MAPPER.readTree(fields));
        var answer = app.post(ann, path, body.toString());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(openai.calls).hasValue(0);
        assertThat(ollama.calls).hasValue(0);
        return answer;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "messages.0 | {\"messages\":[5]}",
                "messages.0.role | {\"messages\":[{\"content\":\"x\"}]}",
                "messages.0.role | {\"messages\":[{\"role\":\"wizard\",\"content\":\"x\"}]}",
                "messages.0.content | {\"messages\":[{\"role\":\"user\"}]}",
                "messages.0.content | {\"messages\":[{\"role\":\"user\",\"content\":5}]}",
                "messages.0.content.0.text | {\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}",
                "messages.0.content.0.image_url"
                        + " | {\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}",
                "messages.0.tool_call_id | {\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}",
                "messages.0.tool_calls.0.function"
                        + " | {\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\"}]}]}",
                "temperature | {\"temperature\":\"hot\"}",
                "temperature | {\"temperature\":2.1}",
                "top_p | {\"top_p\":-1}",
                "max_tokens | {\"max_tokens\":0}",
                "max_completion_tokens | {\"max_completion_tokens\":\"many\"}",
                "stop.1 | {\"stop\":[\"a\",5]}",
                "tools | {\"tools\":\"x\"}",
                "tools.0.function.name | {\"tools\":[{\"type\":\"function\",\"function\":{}}]}",
                "tool_choice | {\"tool_choice\":\"banana\"}",
                "response_format.json_schema.schema"
                        + " | {\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\"}}}"
            })
    void ofChatCompletions(String field, String fields) throws Exception {
        var right = "{\"model\":\"llama\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        var error = json(refused("/v1/chat/completions", right, fields)).path("error");
        assertThat(error.path("param").asText()).isEqualTo(field);
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "system | {\"system\":5}",
                "temperature | {\"temperature\":1.5}",
                "top_k | {\"top_k\":\"x\"}",
                "stop_sequences | {\"stop_sequences\":\"x\"}",
                "metadata | {\"metadata\":5}",
                "thinking.type | {\"thinking\":{\"type\":\"hard\"}}",
                "tools.0.name | {\"tools\":[{\"input_schema\":{}}]}",
                "tools.0.input_schema | {\"tools\":[{\"name\":\"f\"}]}",
                "tool_choice.name | {\"tool_choice\":{\"type\":\"tool\"}}",
                "messages.0.content.0.source"
                        + " | {\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\"}]}]}",
                "messages.0.content.0.input | {\"messages\":[{\"role\":\"assistant\",\"content\":"
                        + "[{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\"}]}]}",
                "messages.0.content.0.tool_use_id"
                        + " | {\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\"}]}]}"
            })
    void ofMessages(String field, String fields) throws Exception {
        var right = "{\"model\":\"gpt\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        var error = json(refused("/v1/messages", right, fields)).path("error");
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.path("message").asText()).contains("'" + field + "'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "input | {\"input\":[]}",
                "input.0.role | {\"input\":[{\"role\":\"wizard\",\"content\":\"x\"}]}",
                "input.0.content | {\"input\":[{\"role\":\"user\"}]}",
                "input.0.call_id | {\"input\":[{\"type\":\"function_call_output\",\"output\":\"x\"}]}",
                "instructions | {\"instructions\":5}",
                "max_output_tokens | {\"max_output_tokens\":\"x\"}",
                "temperature | {\"temperature\":\"a\"}",
                "reasoning | {\"reasoning\":5}",
                "text | {\"text\":5}",
                "text.format.name | {\"text\":{\"format\":{\"type\":\"json_schema\",\"schema\":{}}}}",
                "tools.0.name | {\"tools\":[{\"type\":\"function\"}]}",
                "tool_choice | {\"tool_choice\":\"banana\"}",
                "tool_choice.type | {\"tool_choice\":{\"type\":\"file_search\"}}"
            })
    void ofResponses(String field, String fields) throws Exception {
        var error = json(refused("/v1/responses", "{\"model\":\"llama\",\"input\":\"x\"}", fields))
                .path("error");
        assertThat(error.path("param").asText()).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "options.temperature | {\"options\":{\"temperature\":\"hot\"}}",
                "options.num_predict | {\"options\":{\"num_predict\":\"x\"}}",
                "format | {\"format\":5}",
                "think | {\"think\":5}",
                "tools | {\"tools\":5}",
                "messages.0.role | {\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]}",
                "messages.0.content | {\"messages\":[{\"role\":\"user\",\"content\":5}]}",
                "messages.0.images | {\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"images\":\"a\"}]}"
            })
    void ofOllama(String field, String fields) throws Exception {
        var right = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        assertThat(json(refused("/ollama/api/chat", right, fields))
                        .path("error")
                        .asText())
                .contains("'" + field + "'");
    }

    /** SDKs that have their conversations held by the server send all of it again when they find this code. */
    @Test
    void conversationsThatTheServerHoldsAreRefusedWithTheCodeForThat() throws Exception {
        var right = "{\"model\":\"gpt\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        var answer = refused("/v1/messages", right, "{\"thread\":{\"type\":\"create\"}}");
        assertThat(json(answer).at("/error/details/error_code").asText()).isEqualTo("thread_unsupported_request");
        assertThat(answer.headers().firstValue("request-id")).isPresent();
        assertThat(json(refused("/v1/messages", right, "{\"mcp_servers\":[{\"url\":\"https://x\"}]}"))
                        .at("/error/message")
                        .asText())
                .contains("'mcp_servers'");
    }

    /** What goes on as it came must not name one model to us and another to the server. */
    @Test
    void aFieldThatIsThereTwiceIsRefused() {
        var answer = app.post(
                ann,
                "/v1/chat/completions",
                "{\"model\":\"other\",\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/error/message").asText()).contains("model");
        assertThat(openai.calls).hasValue(0);
    }
}
