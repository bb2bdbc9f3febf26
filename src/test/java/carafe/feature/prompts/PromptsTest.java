package carafe.feature.prompts;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class PromptsTest {
    private static final String PROMPTS = "/api/v1/prompts/";

    private final TestDatabases engine;
    private TestApp app;
    private TestApp.User admin;
    private TestApp.User ann;

    PromptsTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start(@TempDir Path folder) {
        app = TestApp.start(folder, engine);
        admin = app.signUp("admin");
        ann = app.signUp("ann");
    }

    @AfterEach
    void stop() {
        app.close();
    }

    private JsonNode ok(TestApp.User who, String path, String body) {
        var answer = body == null ? app.get(who, path) : app.post(who, path, body);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private String make(TestApp.User who, String command, String more) {
        return ok(
                        who,
                        PROMPTS + "create",
                        "{\"command\":\"/" + command + "\",\"name\":\"The " + command
                                + "\",\"content\":\"Say {{what}}\"," + "\"tags\":[\"fun\",{\"name\":\"short\"}]" + more
                                + "}")
                .path("id")
                .asText();
    }

    private static String open(String right) {
        return ",\"access_grants\":[{\"principal_type\":\"user\",\"principal_id\":\"*\",\"permission\":\"" + right
                + "\"}]";
    }

    @Test
    void aPromptIsMadeFoundChangedAndDeleted() {
        var id = make(admin, "say", open("read"));
        assertThat(ok(ann, PROMPTS, null).at("/0/command").asText()).isEqualTo("say");
        assertThat(ok(ann, PROMPTS + "tags", null).toString()).isEqualTo("[\"fun\",\"short\"]");
        var seen = ok(ann, PROMPTS + "id/" + id, null);
        assertThat(seen.path("content").asText()).isEqualTo("Say {{what}}");
        assertThat(seen.path("write_access").asBoolean()).isFalse();
        assertThat(seen.at("/user/name").asText()).isEqualTo("admin");
        assertThat(ok(ann, PROMPTS + "command/say", null).path("id").asText()).isEqualTo(id);
        assertThat(ok(ann, PROMPTS + "id/" + id + "/history", null)).hasSize(1);

        var changed =
                ok(admin, PROMPTS + "id/" + id + "/update", "{\"command\":\"say\",\"name\":\"New\",\"content\":\"x\"}");
        assertThat(changed.path("name").asText()).isEqualTo("New");
        assertThat(changed.path("tags")).hasSize(2);
        assertThat(changed.path("access_grants")).hasSize(1);
        assertThat(ok(admin, PROMPTS + "id/" + id + "/update/meta", "{\"command\":\"tell\",\"name\":\"T\",\"tags\":[]}")
                        .path("command")
                        .asText())
                .isEqualTo("tell");
        assertThat(ok(admin, PROMPTS + "id/" + id + "/toggle", "")
                        .path("is_active")
                        .asBoolean())
                .isFalse();
        assertThat(ok(ann, PROMPTS, null)).isEmpty();
        assertThat(app.send(admin, "DELETE", PROMPTS + "id/" + id + "/delete", null)
                        .body())
                .isEqualTo("true");
        assertThat(app.get(admin, PROMPTS + "id/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void listsArePagedSearchedAndSorted() {
        for (int i = 0; i < 31; i++) {
            make(admin, "p%02d".formatted(i), i % 2 == 0 ? open("read") : "");
        }
        var list = ok(admin, PROMPTS + "list?order_by=command&direction=asc", null);
        assertThat(list.path("total").asInt()).isEqualTo(31);
        assertThat(list.path("items")).hasSize(30);
        assertThat(list.at("/items/0/command").asText()).isEqualTo("p00");
        assertThat(ok(admin, PROMPTS + "list?order_by=command&direction=asc&page=2", null)
                        .at("/items/0/command")
                        .asText())
                .isEqualTo("p30");
        assertThat(ok(ann, PROMPTS + "list", null).path("total").asInt()).isEqualTo(16);
        assertThat(ok(ann, PROMPTS + "list?view_option=created", null)
                        .path("total")
                        .asInt())
                .isZero();
        assertThat(ok(admin, PROMPTS + "list?query=THE+P07", null).path("total").asInt())
                .isEqualTo(1);
        assertThat(ok(admin, PROMPTS + "list?query=%25", null).path("total").asInt())
                .isZero();
        assertThat(ok(admin, PROMPTS + "list?tag=short", null).path("total").asInt())
                .isEqualTo(31);
        assertThat(ok(admin, PROMPTS + "list?tag=shor", null).path("total").asInt())
                .isZero();
        assertThat(app.get(admin, PROMPTS + "list?page=0").statusCode()).isEqualTo(422);
    }

    @Test
    void whatIsNotSharedIsNotThereAndOnlyWhoMayMakesSome() {
        var id = make(admin, "secret", "");
        assertThat(app.post(ann, PROMPTS + "create", "{\"command\":\"a\",\"name\":\"a\",\"content\":\"a\"}")
                        .statusCode())
                .isEqualTo(403);
        var unknown = TestApp.json(app.get(ann, PROMPTS + "id/none")).path("detail");
        for (var request : List.of(
                "GET id/" + id,
                "POST id/" + id + "/update",
                "POST id/" + id + "/toggle",
                "POST id/" + id + "/access/update",
                "DELETE id/" + id + "/delete",
                "GET command/secret",
                "DELETE command/secret/delete")) {
            var parts = request.split(" ");
            var answer = app.send(ann, parts[0], PROMPTS + parts[1], parts[0].equals("POST") ? "{}" : null);
            assertThat(answer.statusCode()).as(request).isEqualTo(404);
            assertThat(TestApp.json(answer).path("detail")).isEqualTo(unknown);
        }
        ok(admin, PROMPTS + "id/" + id + "/access/update", "{" + open("read").substring(1) + "}");
        assertThat(app.post(ann, PROMPTS + "id/" + id + "/toggle", "").statusCode())
                .isEqualTo(403);
        ok(admin, PROMPTS + "id/" + id + "/access/update", "{" + open("write").substring(1) + "}");
        ok(ann, PROMPTS + "id/" + id + "/toggle", "");
    }

    @Test
    void badFormsAreRefused() {
        make(admin, "taken", "");
        for (var form : List.of(
                "{}",
                "{\"command\":\"taken\",\"name\":\"a\",\"content\":\"a\"}",
                "{\"command\":\"two words\",\"name\":\"a\",\"content\":\"a\"}",
                "{\"command\":\"a\",\"name\":\"a\"}",
                "{\"command\":\"a\",\"name\":\"a\",\"content\":\"a\",\"tags\":[\"\"]}",
                "{\"command\":\"a\",\"name\":\"a\",\"content\":\"a\",\"data\":7}")) {
            assertThat(app.post(admin, PROMPTS + "create", form).statusCode())
                    .as(form)
                    .isIn(400, 422);
        }
        assertThat(ok(admin, PROMPTS, null)).hasSize(1);
    }

    private String change(String id, String content, String more) {
        return ok(
                        admin,
                        PROMPTS + "id/" + id + "/update",
                        "{\"command\":\"say\",\"name\":\"The say\",\"content\":\"" + content + "\"" + more + "}")
                .path("version_id")
                .asText();
    }

    @Test
    void versionsAreKeptComparedChosenAndDeleted() {
        var id = make(admin, "say", open("read"));
        var history = PROMPTS + "id/" + id + "/history";
        var first = ok(ann, history, null).at("/0/id").asText();
        var second = change(id, "Say {{what}}\\nloudly", ",\"commit_message\":\"louder\"");
        assertThat(second).isNotEqualTo(first);
        assertThat(change(id, "Say {{what}}\\nloudly", "")).isEqualTo(second); // nothing changed
        var draft = change(id, "Be silent", ",\"is_production\":false");
        assertThat(draft).isEqualTo(second);
        assertThat(ok(ann, PROMPTS + "id/" + id, null).path("content").asText()).contains("loudly");

        var all = ok(ann, history, null);
        assertThat(all.findValuesAsText("content"))
                .containsExactly("Be silent", "Say {{what}}\nloudly", "Say {{what}}");
        assertThat(all.at("/1/commit_message").asText()).isEqualTo("louder");
        assertThat(all.at("/1/parent_id").asText()).isEqualTo(first);
        assertThat(all.at("/1/user/name").asText()).isEqualTo("admin");
        assertThat(ok(ann, history + "?page=1", null)).isEmpty();
        assertThat(ok(ann, history + "/" + first, null).at("/snapshot/content").asText())
                .isEqualTo("Say {{what}}");
        var diff = ok(ann, history + "/diff?from_id=" + first + "&to_id=" + second, null);
        assertThat(diff.path("content_diff").toString())
                .isEqualTo("[\"@@ -1,1 +1,2 @@\",\" Say {{what}}\",\"+loudly\"]");
        assertThat(diff.path("name_changed").asBoolean()).isFalse();
        assertThat(app.get(ann, history + "/diff?from_id=" + first + "&to_id=none")
                        .statusCode())
                .isEqualTo(404);
        assertThat(app.get(ann, history + "/diff?from_id=" + first).statusCode())
                .isEqualTo(422);

        var choose = PROMPTS + "id/" + id + "/update/version";
        assertThat(app.post(ann, choose, "{\"version_id\":\"" + first + "\"}").statusCode())
                .isEqualTo(403);
        assertThat(app.send(ann, "DELETE", history + "/" + first, null).statusCode())
                .isEqualTo(403);
        assertThat(ok(admin, choose, "{\"version_id\":\"" + first + "\"}")
                        .path("content")
                        .asText())
                .isEqualTo("Say {{what}}");
        assertThat(app.send(admin, "DELETE", history + "/" + first, null).statusCode())
                .isEqualTo(400); // in use
        assertThat(app.send(admin, "DELETE", history + "/" + second, null).statusCode())
                .isEqualTo(200);
        assertThat(ok(ann, history, null)).hasSize(2);
        var hidden = make(admin, "secret", "");
        assertThat(app.get(ann, PROMPTS + "id/" + hidden + "/history").statusCode())
                .isEqualTo(404);
    }
}
