package carafe.feature.chats.turns;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.platform.db.TestDatabases;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The small questions of Open WebUI's API; the model called echo answers with the prompt it got. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
class TaskRoutesTest {
    private static final String TASKS = "/api/v1/tasks";
    private static final String ASK = """
            {"model":"%s","prompt":"the text","messages":[{"role":"system","content":"hidden"},\
            {"role":"user","content":[{"type":"text","text":"Why?"}]},{"role":"assistant","content":"Because."}]}""";

    private final TestDatabases engine;

    @TempDir
    Path folder;

    FakeProvider provider;
    TestApp app;
    TestApp.User admin;
    TestApp.User ann;

    TaskRoutesTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start() {
        provider = new FakeProvider();
        app = TestApp.start(folder, engine, "OPENAI_API_BASE_URLS", provider.url());
        admin = app.signUp("root");
        ann = app.signUp("ann");
    }

    @AfterEach
    void stop() {
        app.close();
        provider.close();
    }

    private String prompt(String task) {
        var answer = app.post(ann, TASKS + "/" + task + "/completions", ASK.formatted("echo"));
        assertThat(answer.statusCode()).as(task + answer.body()).isEqualTo(200);
        assertThat(json(answer).path("object").asText()).isEqualTo("chat.completion");
        return json(answer).at("/choices/0/message/content").asText();
    }

    @Test
    void eachTaskAsksTheModelAboutTheChat() {
        for (var task : List.of("title", "tags", "follow_up", "queries", "image_prompt")) {
            assertThat(prompt(task))
                    .as(task)
                    .contains("user: Why?")
                    .contains("assistant: Because.")
                    .doesNotContain("hidden");
        }
        assertThat(prompt("emoji")).contains("the text");
        assertThat(prompt("moa")).contains("the text");
        var streamed = app.post(
                ann,
                TASKS + "/moa/completions",
                "{\"model\":\"echo\",\"prompt\":\"p\",\"responses\":[\"one\"],\"stream\":true}");
        assertThat(streamed.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(streamed.body()).contains("one").endsWith("data: [DONE]\n\n");
    }

    @Test
    void anAdministratorSwitchesTasksAndWritesTheirPrompts() {
        assertThat(app.post(ann, TASKS + "/auto/completions", ASK.formatted("echo"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(app.post(ann, TASKS + "/config/update", "{}").statusCode()).isEqualTo(401);
        var config = json(app.get(ann, TASKS + "/config"));
        assertThat(config.path("ENABLE_TITLE_GENERATION").asBoolean()).isTrue();
        assertThat(config.path("ENABLE_AUTOCOMPLETE_GENERATION").asBoolean()).isFalse();
        var changed = json(app.post(admin, TASKS + "/config/update", """
                {"ENABLE_AUTOCOMPLETE_GENERATION":true,"AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH":10,"ENABLE_TITLE_GENERATION":false,
                 "TAGS_GENERATION_PROMPT_TEMPLATE":"Tags for {{MESSAGES:START:1}} by {{USER_NAME}}","UNKNOWN":1}"""));
        assertThat(changed.path("AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH").asInt())
                .isEqualTo(10);
        assertThat(prompt("tags")).isEqualTo("Tags for user: Why? by ann");
        assertThat(prompt("auto")).contains("the text");
        assertThat(app.post(
                                ann,
                                TASKS + "/auto/completions",
                                ASK.formatted("echo").replace("the text", "a longer text"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(app.post(ann, TASKS + "/title/completions", ASK.formatted("echo"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(json(app.get(ann, "/api/config"))
                        .at("/features/enable_title_generation")
                        .asBoolean(true))
                .isFalse();
        assertThat(app.post(admin, TASKS + "/config/update", "{\"TASK_MODEL\":7}")
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void whatCannotBeAskedIsRefused() {
        assertThat(app.post(ann, TASKS + "/title/completions", ASK.formatted("nope"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(app.post(ann, TASKS + "/title/completions", "{\"model\":\"echo\"}")
                        .statusCode())
                .isEqualTo(422);
        var failed = app.post(ann, TASKS + "/title/completions", ASK.formatted("fail"));
        assertThat(failed.statusCode()).isEqualTo(429);
        assertThat(json(failed).path("detail").asText()).contains("slow down");
    }

    @Test
    void whatOlderFrontEndsHandInComesBackAsItIs() {
        var sent = "{\"model\":\"echo\",\"messages\":[{\"id\":\"a\",\"content\":\"x\"}]%s}";
        var answer = app.post(ann, "/api/chat/completed", sent.formatted(""));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(TestApp.json(answer).at("/messages/0/content").asText()).isEqualTo("x");
        assertThat(app.post(ann, "/api/chat/completed", sent.formatted(",\"chat_id\":\"local:abc\""))
                        .statusCode())
                .isEqualTo(200);
        assertThat(app.post(ann, "/api/chat/completed", sent.formatted(",\"chat_id\":\"another\""))
                        .statusCode())
                .isEqualTo(404);
        assertThat(app.post(ann, "/api/chat/completed", "{\"model\":\"echo\"}").statusCode())
                .isEqualTo(422);
        // nobody can install actions
        assertThat(app.post(ann, "/api/chat/actions/translate", sent.formatted(""))
                        .statusCode())
                .isEqualTo(404);
    }
}
