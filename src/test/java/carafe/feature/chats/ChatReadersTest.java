package carafe.feature.chats;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Who reads chats and folders that are others', over HTTP. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
class ChatReadersTest {
    private static final String CHATS = "/api/v1/chats";
    private static final String FOLDERS = "/api/v1/folders/";

    private final TestDatabases engine;

    @TempDir
    Path folder;

    TestApp app;
    TestApp.User admin;
    TestApp.User ann;
    TestApp.User bob;

    ChatReadersTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start() {
        start("USER_PERMISSIONS_FOLDERS_ALLOW_SHARING", "true");
    }

    private void start(String... settings) {
        app = TestApp.start(folder, engine, settings);
        admin = app.signUp("root");
        ann = app.signUp("ann");
        bob = app.signUp("bob");
    }

    private void startAnew(String... settings) {
        app.close();
        folder = folder.resolve("anew");
        start(settings);
    }

    @AfterEach
    void stop() {
        app.close();
    }

    private static JsonNode ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private String chat(TestApp.User who, String title) {
        return ok(app.post(who, CHATS + "/new", """
                {"chat":{"title":"%s","params":{"system":"my secret"},"history":{"currentId":"u1","messages":{
                 "u1":{"id":"u1","parentId":null,"childrenIds":[],"role":"user","content":"what was said"}}}}}""".formatted(title)))
                .path("id")
                .asText();
    }

    private int status(TestApp.User who, String path) {
        return app.get(who, path).statusCode();
    }

    @Test
    void administratorsReadTheChatsOfOthersAndChangeNone() {
        var id = chat(ann, "Private thoughts");
        ok(app.post(ann, CHATS + "/" + chat(ann, "Old") + "/archive", "{}"));
        var list = CHATS + "/list/user/" + ann.id();
        assertThat(ok(app.get(admin, list + "?page=1"))).hasSize(2);
        assertThat(ok(app.get(admin, list + "?query=THOUGHTS&order_by=title&direction=asc"))
                        .at("/0/id")
                        .asText())
                .isEqualTo(id);
        assertThat(ok(app.get(admin, list + "?page=2"))).isEmpty();
        assertThat(ok(app.get(admin, CHATS + "/list/user/nobody"))).isEmpty();
        assertThat(status(bob, list)).isEqualTo(401);
        for (var path : new String[] {CHATS + "/" + id, CHATS + "/share/" + id}) {
            var read = app.get(admin, path);
            assertThat(ok(read).path("user_id").asText()).isEqualTo(ann.id());
            assertThat(read.body()).contains("what was said").doesNotContain("my secret");
            assertThat(status(bob, path)).isEqualTo(401);
        }
        assertThat(app.post(admin, CHATS + "/" + id, "{\"chat\":{\"title\":\"x\"}}")
                        .statusCode())
                .isEqualTo(401);
        assertThat(app.send(admin, "DELETE", CHATS + "/" + id, null).statusCode())
                .isEqualTo(401);
        var export = app.get(admin, CHATS + "/all/db");
        assertThat(ok(export)).hasSize(2);
        assertThat(export.body()).contains("what was said");
        assertThat(status(ann, CHATS + "/all/db")).isEqualTo(401);
    }

    @Test
    void theOperatorKeepsChatsFromAdministrators() {
        startAnew("ENABLE_ADMIN_CHAT_ACCESS", "false", "ENABLE_ADMIN_EXPORT", "false");
        var id = chat(ann, "Private");
        var share = ok(app.post(ann, CHATS + "/" + id + "/share", "{}")).path("share_id");
        assertThat(status(admin, CHATS + "/list/user/" + ann.id())).isEqualTo(403);
        assertThat(status(admin, CHATS + "/all/db")).isEqualTo(403);
        assertThat(status(admin, CHATS + "/" + id)).isEqualTo(401);
        assertThat(status(admin, CHATS + "/share/" + id)).isEqualTo(401);
        assertThat(status(admin, CHATS + "/share/" + share.asText())).isEqualTo(401);
    }

    @Test
    void aSharedFolderIsReadWithAllInIt() {
        var top = ok(app.post(ann, FOLDERS, "{\"name\":\"Trips\",\"data\":{\"system_prompt\":\"hush\"}}"))
                .path("id")
                .asText();
        var inner = ok(app.post(ann, FOLDERS, "{\"name\":\"Japan\",\"parent_id\":\"" + top + "\"}"))
                .path("id")
                .asText();
        var id = chat(ann, "Kyoto");
        ok(app.post(ann, CHATS + "/" + id + "/folder", "{\"folder_id\":\"" + inner + "\"}"));
        for (var path : new String[] {FOLDERS + inner, FOLDERS + inner + "/shared/chats?page=1"}) {
            assertThat(status(bob, path)).isEqualTo(404);
        }
        assertThat(status(bob, CHATS + "/" + id)).isEqualTo(401);

        var grant =
                "{\"access_grants\":[{\"principal_type\":\"user\",\"principal_id\":\"%s\",\"permission\":\"write\"}]}";
        var update = FOLDERS + top + "/access/update";
        assertThat(app.post(bob, update, grant.formatted(bob.id())).statusCode())
                .isEqualTo(404);
        var granted = ok(app.post(ann, update, grant.formatted(bob.id())));
        assertThat(granted.at("/access_grants/0/permission").asText()).isEqualTo("read");

        var shared = ok(app.get(bob, FOLDERS + "shared"));
        assertThat(shared.findValuesAsText("name")).containsExactly("Trips", "Japan");
        assertThat(shared.at("/0/owner_name").asText()).isEqualTo("ann");
        assertThat(shared.at("/0/permission").asText()).isEqualTo("read");
        assertThat(shared.toString()).doesNotContain("hush").doesNotContain(bob.id());
        var content = ok(app.get(bob, FOLDERS + inner + "/shared/chats?page=1"));
        assertThat(content.at("/chats/0/id").asText()).isEqualTo(id);
        assertThat(content.at("/chats/0/readonly").asBoolean()).isTrue();
        assertThat(content.path("folder_permission").asText()).isEqualTo("read");
        assertThat(content.path("total").asInt()).isEqualTo(1);
        assertThat(content.path("has_more").asBoolean()).isFalse();
        var read = app.get(bob, CHATS + "/" + id);
        assertThat(read.body()).contains("what was said").doesNotContain("my secret");
        assertThat(app.post(bob, CHATS + "/" + id, "{\"chat\":{\"title\":\"x\"}}")
                        .statusCode())
                .isEqualTo(401);
        assertThat(app.post(bob, FOLDERS + inner + "/update", "{\"name\":\"x\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(app.send(bob, "DELETE", FOLDERS + inner, null).statusCode()).isEqualTo(404);

        ok(app.post(ann, update, "{\"access_grants\":[]}"));
        assertThat(status(bob, CHATS + "/" + id)).isEqualTo(401);
        assertThat(ok(app.get(bob, FOLDERS + "shared"))).isEmpty();
    }

    @Test
    void permissionsHold() {
        startAnew("USER_PERMISSIONS_CHAT_DELETE", "false", "USER_PERMISSIONS_CHAT_SHARE", "false");
        var id = chat(ann, "stays");
        var made = ok(app.post(ann, FOLDERS, "{\"name\":\"f\"}")).path("id").asText();
        for (var path : new String[] {CHATS + "/" + id, CHATS + "/", FOLDERS + made}) {
            assertThat(app.send(ann, "DELETE", path, null).statusCode())
                    .as(path)
                    .isEqualTo(403);
        }
        assertThat(app.post(ann, CHATS + "/" + id + "/share", "{}").statusCode())
                .isEqualTo(403);
        assertThat(status(ann, CHATS + "/" + id)).isEqualTo(200);
        // without the permission to share folders the grants are left out
        assertThat(ok(app.post(
                                ann,
                                FOLDERS + made + "/access/update",
                                "{\"access_grants\":[{\"principal_type\":\"user\",\"principal_id\":\"" + bob.id()
                                        + "\",\"permission\":\"read\"}]}"))
                        .path("access_grants"))
                .isEmpty();
        ok(app.post(admin, "/api/v1/auths/admin/config", "{\"ENABLE_FOLDERS\":false}"));
        assertThat(status(ann, FOLDERS)).isEqualTo(403);
    }

    @Test
    void aGroupReadsWhatIsSharedWithIt() {
        var id = chat(ann, "For the group");
        var share = ok(app.post(ann, CHATS + "/" + id + "/share", "{}"))
                .path("share_id")
                .asText();
        var group = ok(app.post(admin, "/api/v1/groups/create", "{\"name\":\"g\",\"description\":\"\"}"))
                .path("id")
                .asText();
        ok(app.post(
                ann,
                CHATS + "/shared/" + id + "/access/update",
                "{\"access_grants\":[{\"principal_type\":\"group\",\"principal_id\":\"" + group
                        + "\",\"permission\":\"read\"}]}"));
        assertThat(status(bob, CHATS + "/share/" + share)).isEqualTo(401);
        ok(app.post(admin, "/api/v1/groups/id/" + group + "/users/add", "{\"user_ids\":[\"" + bob.id() + "\"]}"));
        assertThat(status(bob, CHATS + "/share/" + share)).isEqualTo(200);
    }
}
