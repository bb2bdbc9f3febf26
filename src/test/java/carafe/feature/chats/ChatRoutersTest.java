package carafe.feature.chats;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The chats and folders of Open WebUI's API over HTTP: who may do what, and what is kept. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
class ChatRoutersTest {
    private static final String CHATS = "/api/v1/chats";

    private final TestDatabases engine;

    @TempDir
    Path folder;

    TestApp app;
    TestApp.User admin;
    TestApp.User ann;
    TestApp.User bob;

    ChatRoutersTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start() {
        app = TestApp.start(folder, engine);
        admin = app.signUp("root");
        ann = app.signUp("ann");
        bob = app.signUp("bob");
    }

    @AfterEach
    void stop() {
        app.close();
    }

    /** A chat u1 → a1 → u2 → a2. */
    private static String body(String title, String text) {
        return """
                {"chat":{"title":"%s","models":["m"],"history":{"currentId":"a2","messages":{
                 "u1":{"id":"u1","parentId":null,"childrenIds":["a1"],"role":"user","content":"%s"},
                 "a1":{"id":"a1","parentId":"u1","childrenIds":["u2"],"role":"assistant","content":"first answer","model":"m"},
                 "u2":{"id":"u2","parentId":"a1","childrenIds":["a2"],"role":"user","content":"and then?"},
                 "a2":{"id":"a2","parentId":"u2","childrenIds":[],"role":"assistant","content":"second answer","model":"m"}}}}}""".formatted(title, text);
    }

    private String chat(TestApp.User who, String title) {
        return ok(app.post(who, CHATS + "/new", body(title, "about " + title)))
                .path("id")
                .asText();
    }

    private static JsonNode ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private JsonNode get(String path) {
        return ok(app.get(ann, path));
    }

    private JsonNode post(String path, String body) {
        return ok(app.post(ann, path, body));
    }

    private JsonNode delete(String path, String body) {
        return ok(app.send(ann, "DELETE", path, body));
    }

    private static List<String> texts(JsonNode list, String key) {
        var texts = new ArrayList<String>();
        list.forEach(entry -> texts.add(entry.path(key).asText()));
        return texts;
    }

    @Test
    void chatsOfOthersAndChatsThatAreNotThereAnswerAlike() {
        var id = chat(ann, "mine");
        record Call(String method, String path, String body) {}
        for (var call : List.of(
                new Call("GET", "", null),
                new Call("POST", "", "{\"chat\":{}}"),
                new Call("DELETE", "", null),
                new Call("GET", "/tags", null),
                new Call("POST", "/tags", "{\"name\":\"x\"}"),
                new Call("DELETE", "/tags", "{\"name\":\"x\"}"),
                new Call("DELETE", "/tags/all", null),
                new Call("PATCH", "/params", "{}"),
                new Call("POST", "/messages/u1", "{\"content\":\"x\"}"),
                new Call("DELETE", "/messages/u1", null),
                new Call("POST", "/messages/u1/event", "{\"type\":\"x\",\"data\":{}}"),
                new Call("POST", "/clone", "{}"),
                new Call("POST", "/fork", "{}"),
                new Call("POST", "/folder", "{}"),
                new Call("POST", "/unread", "{}"),
                new Call("GET", "/pinned", null),
                new Call("POST", "/pin", "{}"),
                new Call("POST", "/archive", "{}"),
                new Call("POST", "/share", "{}"),
                new Call("DELETE", "/share", null),
                new Call("POST", "/clone/shared", "{}"))) {
            var foreign = app.send(bob, call.method(), CHATS + "/" + id + call.path(), call.body());
            var unknown = app.send(bob, call.method(), CHATS + "/0" + call.path(), call.body());
            assertThat(foreign.statusCode()).as(call.toString()).isEqualTo(401);
            assertThat(unknown.statusCode()).as(call.toString()).isEqualTo(401);
            assertThat(json(foreign).path("detail")).isEqualTo(json(unknown).path("detail"));
            var stranger = app.send(null, call.method(), CHATS + "/" + id + call.path(), call.body());
            assertThat(stranger.statusCode()).as(call.toString()).isEqualTo(401);
        }
        assertThat(get(CHATS + "/" + id).path("title").asText()).isEqualTo("mine");
    }

    @Test
    void listsArePagedSortedAndBounded() {
        chat(ann, "b");
        chat(ann, "a");
        chat(bob, "c");
        assertThat(texts(get(CHATS + "/?page=1&sort_by=title&sort_dir=asc"), "title"))
                .containsExactly("a", "b");
        assertThat(texts(get(CHATS + "/list?sort_by=title&sort_dir=desc"), "title"))
                .containsExactly("b", "a");
        assertThat(get(CHATS + "/?page=2").isEmpty()).isTrue();
        for (var wrong : List.of("?page=0", "?page=x", "?page=99999999999", "?sort_by=password_hash")) {
            assertThat(app.get(ann, CHATS + "/" + wrong).statusCode()).as(wrong).isEqualTo(422);
        }
    }

    @Test
    void conditionsNarrowASearchDown() {
        var outer = post("/api/v1/folders/", "{\"name\":\"My 資料夾\"}").path("id").asText();
        var inner = post("/api/v1/folders/", "{\"name\":\"in\",\"parent_id\":\"" + outer + "\"}")
                .path("id")
                .asText();
        var plain = chat(ann, "plain river");
        var pinned = chat(ann, "pinned river");
        var old = chat(ann, "old river");
        var filed = chat(ann, "filed river");
        post(CHATS + "/" + pinned + "/pin", "{}");
        post(CHATS + "/" + pinned + "/tags", "{\"name\":\"Big 河\"}");
        post(CHATS + "/" + old + "/archive", "{}");
        post(CHATS + "/" + filed + "/folder", "{\"folder_id\":\"" + inner + "\"}");
        app.post(ann, CHATS + "/" + plain + "/share", "{}");

        assertThat(found("pinned:true")).containsExactly(pinned);
        assertThat(found("pinned:false")).containsExactlyInAnyOrder(filed, plain);
        assertThat(found("archived:true")).containsExactly(old);
        assertThat(found("archived:false river")).containsExactlyInAnyOrder(plain, pinned, filed);
        assertThat(found("ARCHIVED:TRUE river")).containsExactly(old);
        assertThat(found("tag:big_河")).containsExactly(pinned);
        assertThat(found("tag:none")).containsExactlyInAnyOrder(plain, filed);
        assertThat(found("tag:big_河 tag:other")).isEmpty();
        assertThat(found("folder:my_資料夾")).as("with the folders inside").containsExactly(filed);
        assertThat(found("folder:nowhere")).isEmpty();
        assertThat(found("river folder:in")).containsExactly(filed);
        assertThat(found("mountain folder:in")).isEmpty();
        assertThat(found("shared:true")).containsExactly(plain);
        assertThat(found("shared:false about")).containsExactlyInAnyOrder(pinned, filed);
        assertThat(found("river pinned:")).as("half typed").containsExactlyInAnyOrder(plain, pinned, filed);
        assertThat(texts(json(app.get(bob, CHATS + "/search?text=tag:none")), "id"))
                .isEmpty();
        assertThat(json(app.get(ann, CHATS + "/search?text=archived:true"))
                        .at("/0/archived")
                        .asBoolean())
                .isTrue();
        assertThat(texts(get("/api/v1/search?q=pinned%3Atrue&page=1").path("items"), "id"))
                .containsExactly(pinned);
    }

    private List<String> found(String typed) {
        return texts(
                get(CHATS + "/search?text="
                        + java.net.URLEncoder.encode(typed, java.nio.charset.StandardCharsets.UTF_8)),
                "id");
    }

    @Test
    void theSearchForEverythingFindsOwnChats() {
        var id = chat(ann, "河流");
        chat(bob, "河流");
        var found = get("/api/v1/search?q=%E6%B2%B3&kind=all&sharing=all&scope=&page=1");
        assertThat(texts(found.path("items"), "url")).containsExactly("/c/" + id);
        assertThat(found.path("has_more").asBoolean(true)).isFalse();
        assertThat(texts(get("/api/v1/search?q=&page=1").path("items"), "id")).containsExactly(id);
        assertThat(get("/api/v1/search?q=&kind=note").path("items").isEmpty()).isTrue();
        assertThat(app.get(ann, "/api/v1/search?q=" + "x".repeat(501)).statusCode())
                .isEqualTo(422);
    }

    @Test
    void tagsAreAddedFoundAndForgotten() {
        var id = chat(ann, "rivers");
        chat(ann, "untagged");
        assertThat(texts(post(CHATS + "/" + id + "/tags", "{\"name\":\"Big Water\"}"), "id"))
                .containsExactly("big_water");
        post(CHATS + "/" + id + "/tags", "{\"name\":\"Big Water\"}");
        assertThat(texts(get(CHATS + "/all/tags"), "name")).containsExactly("Big Water");
        assertThat(get(CHATS + "/" + id).at("/meta/tags/0").asText()).isEqualTo("big_water");
        assertThat(texts(post(CHATS + "/tags", "{\"name\":\"big water\"}"), "title"))
                .containsExactly("rivers");
        assertThat(texts(post(CHATS + "/tags", "{\"name\":\"none\"}"), "title")).containsExactly("untagged");
        assertThat(json(app.post(bob, CHATS + "/tags", "{\"name\":\"big water\"}"))
                        .isEmpty())
                .isTrue();
        assertThat(app.post(ann, CHATS + "/" + id + "/tags", "{\"name\":\"none\"}")
                        .statusCode())
                .isEqualTo(422);
        assertThat(delete(CHATS + "/" + id + "/tags", "{\"name\":\"Big Water\"}")
                        .isEmpty())
                .isTrue();
        assertThat(get(CHATS + "/all/tags").isEmpty()).isTrue();
        post(CHATS + "/" + id + "/tags", "{\"name\":\"x\"}");
        assertThat(delete(CHATS + "/" + id + "/tags/all", null).asBoolean()).isTrue();
        assertThat(get(CHATS + "/" + id + "/tags").isEmpty()).isTrue();
    }

    @Test
    void messagesAreRewrittenAndRemoved() {
        var id = chat(ann, "x");
        var changed = post(CHATS + "/" + id + "/messages/a1", "{\"content\":\"a better answer\"}");
        assertThat(changed.at("/chat/history/messages/a1/content").asText()).isEqualTo("a better answer");
        assertThat(texts(get(CHATS + "/search?text=better"), "id")).containsExactly(id);
        assertThat(get(CHATS + "/search?text=first").isEmpty()).isTrue();
        assertThat(app.post(ann, CHATS + "/" + id + "/messages/a1", "{}").statusCode())
                .isEqualTo(400);
        assertThat(app.post(ann, CHATS + "/" + id + "/messages/gone", "{\"content\":\"x\"}")
                        .statusCode())
                .isEqualTo(401);
        // the question goes with its answer; what was said next moves up
        var left = delete(CHATS + "/" + id + "/messages/u1", null).at("/chat/history");
        assertThat(left.path("messages").size()).isEqualTo(2);
        assertThat(left.at("/messages/u2/parentId").isNull()).isTrue();
        assertThat(left.path("currentId").asText()).isEqualTo("a2");
        var end = delete(CHATS + "/" + id + "/messages/a2", null).at("/chat/history");
        assertThat(end.path("currentId").asText()).isEqualTo("u2");
        assertThat(app.send(ann, "DELETE", CHATS + "/" + id + "/messages/a2", null)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void parametersChangeKeyByKey() {
        var id = chat(ann, "x");
        app.send(ann, "PATCH", CHATS + "/" + id + "/params", "{\"temperature\":0.3,\"system\":\"s\"}");
        var params = ok(app.send(ann, "PATCH", CHATS + "/" + id + "/params", "{\"system\":null}"));
        assertThat(params.toString()).isEqualTo("{\"temperature\":0.3}");
        assertThat(get(CHATS + "/" + id).at("/chat/params")).isEqualTo(params);
    }

    @Test
    void copiesHaveEverythingAndForksOneBranch() {
        var id = chat(ann, "x");
        post(CHATS + "/" + id + "/tags", "{\"name\":\"t\"}");
        var copy = post(CHATS + "/" + id + "/clone", "{\"title\":\"copy\"}");
        assertThat(copy.path("id").asText()).isNotEqualTo(id);
        assertThat(copy.path("title").asText()).isEqualTo("copy");
        assertThat(copy.at("/chat/history")).isEqualTo(get(CHATS + "/" + id).at("/chat/history"));
        assertThat(copy.at("/meta/tags/0").asText()).isEqualTo("t");
        assertThat(post(CHATS + "/" + id + "/clone", "{}").path("title").asText())
                .isEqualTo("Clone of x");
        var fork = post(CHATS + "/" + id + "/fork", "{\"message_id\":\"a1\"}");
        assertThat(fork.at("/chat/history/messages").size()).isEqualTo(2);
        assertThat(fork.at("/chat/history/currentId").asText()).isEqualTo("a1");
        assertThat(app.post(ann, CHATS + "/" + id + "/fork", "{\"message_id\":\"gone\"}")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void whatWasExportedCanBeImported() {
        var id = chat(ann, "über 河流");
        post(CHATS + "/" + id + "/tags", "{\"name\":\"t\"}");
        post(CHATS + "/" + id + "/pin", "{}");
        var exported = app.get(ann, CHATS + "/all");
        assertThat(exported.headers().firstValue("Content-Type").orElse("")).contains("ndjson");
        assertThat(exported.body().lines().count()).isEqualTo(1);
        var imported = ok(app.post(
                bob, CHATS + "/import", "{\"chats\":[" + exported.body().strip() + "]}"));
        assertThat(imported.size()).isEqualTo(1);
        assertThat(imported.at("/0/title").asText()).isEqualTo("über 河流");
        assertThat(imported.at("/0/user_id").asText()).isEqualTo(bob.id());
        assertThat(imported.at("/0/pinned").asBoolean()).isTrue();
        assertThat(imported.at("/0/meta/tags/0").asText()).isEqualTo("t");
        assertThat(imported.at("/0/chat/history"))
                .isEqualTo(get(CHATS + "/" + id).at("/chat/history"));
        assertThat(texts(json(app.get(bob, CHATS + "/search?text=河流")), "title"))
                .containsExactly("über 河流");
    }

    @Test
    void frontEndsBefore012ImportOneChatAtATime() {
        var folder = post("/api/v1/folders/", "{\"name\":\"Old\"}").path("id").asText();
        var one = body("old", "x").strip();
        var sent = one.substring(0, one.length() - 1) + ",\"meta\":{\"tags\":[\"t\"]},\"pinned\":true,\"folder_id\":\""
                + folder + "\",\"created_at\":1700000000,\"updated_at\":1700000001}";
        var imported = post(CHATS + "/import", sent);
        assertThat(imported.path("title").asText()).isEqualTo("old");
        assertThat(imported.path("pinned").asBoolean()).isTrue();
        assertThat(imported.path("folder_id").asText()).isEqualTo(folder);
        assertThat(imported.path("created_at").asLong()).isEqualTo(1700000000);
        assertThat(imported.at("/meta/tags/0").asText()).isEqualTo("t");
        assertThat(get(CHATS + "/" + imported.path("id").asText())).isEqualTo(imported);
        var fromElsewhere = post(
                CHATS + "/import", sent.replace(folder, "of-another-server").replace("[\"t\"]", "[\"none\"]"));
        assertThat(fromElsewhere.path("folder_id").isNull()).isTrue();
        assertThat(fromElsewhere.at("/meta/tags").isEmpty()).isTrue();
        assertThat(app.post(ann, CHATS + "/new", one.substring(0, one.length() - 1) + ",\"folder_id\":\"unknown\"}")
                        .statusCode())
                .as("a new chat is another matter")
                .isEqualTo(401);
        var circle = sent.replace("\"parentId\":null", "\"parentId\":\"a2\"");
        assertThat(app.post(ann, CHATS + "/import", circle).statusCode()).isEqualTo(422);
    }

    @Test
    void anImportWithOneBrokenTreeIsRefusedWhole() {
        var circle = body("broken", "x").replace("\"parentId\":null", "\"parentId\":\"a2\"");
        var orphan = body("broken", "x").replace("\"parentId\":\"a1\"", "\"parentId\":\"gone\"");
        for (var broken : List.of(circle, orphan, "{}", "7")) {
            var answer = app.post(ann, CHATS + "/import", "{\"chats\":[" + body("good", "x") + "," + broken + "]}");
            assertThat(answer.statusCode()).as(broken).isEqualTo(422);
        }
        assertThat(app.post(ann, CHATS + "/import", "{}").statusCode()).isEqualTo(422);
        assertThat(get(CHATS + "/").isEmpty()).isTrue();
    }

    @Test
    void allAreArchivedCountedAndBroughtBack() {
        chat(ann, "Rivers");
        chat(ann, "seas über Österreich");
        var others = chat(bob, "others");
        assertThat(post(CHATS + "/archive/all", "{}").asBoolean()).isTrue();
        assertThat(get(CHATS + "/").isEmpty()).isTrue();
        assertThat(get(CHATS + "/archived/count").asInt()).isEqualTo(2);
        assertThat(texts(get(CHATS + "/archived?order_by=title&direction=asc"), "title"))
                .containsExactly("Rivers", "seas über Österreich");
        assertThat(texts(get(CHATS + "/archived?query=RIV"), "title")).containsExactly("Rivers");
        assertThat(texts(get(CHATS + "/archived?query=%C3%B6sterr"), "title")).hasSize(1);
        assertThat(get(CHATS + "/archived?query=%25").isEmpty()).isTrue();
        assertThat(get(CHATS + "/all/archived").size()).isEqualTo(2);
        assertThat(get(CHATS + "/all/archived").at("/0/chat/history/messages").size())
                .isEqualTo(4);
        post(CHATS + "/unarchive/all", "{}");
        assertThat(get(CHATS + "/").size()).isEqualTo(2);
        assertThat(delete(CHATS + "/", null).asBoolean()).isTrue();
        assertThat(get(CHATS + "/").isEmpty()).isTrue();
        assertThat(json(app.get(bob, CHATS + "/" + others)).path("title").asText())
                .isEqualTo("others");
    }

    @Test
    void sharedChatsAreReadByThoseWhoAreLetIn() {
        var id = chat(ann, "shared");
        app.send(ann, "PATCH", CHATS + "/" + id + "/params", "{\"system\":\"secret\"}");
        var share = post(CHATS + "/" + id + "/share", "{}").path("share_id").asText();
        assertThat(share).isNotEmpty();
        assertThat(get(CHATS + "/share/" + share).at("/chat/history/messages").size())
                .isEqualTo(4);
        assertThat(app.get(bob, CHATS + "/share/" + share).statusCode()).isEqualTo(401);
        assertThat(app.get(bob, CHATS + "/share/unknown").body().replaceAll("request_id.*", ""))
                .isEqualTo(app.get(bob, CHATS + "/share/" + share).body().replaceAll("request_id.*", ""));
        assertThat(app.get(null, CHATS + "/share/" + share).statusCode()).isEqualTo(401);
        assertThat(app.get(admin, CHATS + "/share/" + share).statusCode()).isEqualTo(200);

        var grants =
                "{\"access_grants\":[{\"principal_type\":\"user\",\"principal_id\":\"%s\",\"permission\":\"read\"},"
                        + "{\"principal_type\":\"anyone\",\"principal_id\":\"*\",\"permission\":\"read\"}]}";
        assertThat(app.post(bob, CHATS + "/shared/" + id + "/access/update", grants.formatted(bob.id()))
                        .statusCode())
                .isEqualTo(404);
        post(CHATS + "/shared/" + id + "/access/update", grants.formatted(bob.id()));
        assertThat(get(CHATS + "/shared/" + id + "/access").size()).isEqualTo(1); // not everybody: only admins may
        assertThat(app.get(null, CHATS + "/share/" + share).statusCode()).isEqualTo(401);
        var read = ok(app.get(bob, CHATS + "/share/" + share));
        assertThat(read.toString()).contains("second answer").doesNotContain("secret");
        var copy = ok(app.post(bob, CHATS + "/" + share + "/clone/shared", "{}"));
        assertThat(copy.path("user_id").asText()).isEqualTo(bob.id());
        assertThat(copy.at("/chat/history/messages/a2/content").asText()).isEqualTo("second answer");

        // a picture of the moment, until it is shared again
        post(CHATS + "/" + id + "/messages/a2", "{\"content\":\"third\"}");
        assertThat(app.get(bob, CHATS + "/share/" + share).body()).contains("second answer");
        assertThat(post(CHATS + "/" + id + "/share", "{}").path("share_id").asText())
                .isEqualTo(share);
        assertThat(app.get(bob, CHATS + "/share/" + share).body()).contains("third");
        assertThat(texts(get(CHATS + "/shared?query=SHA"), "id")).containsExactly(share);
        assertThat(json(app.get(bob, CHATS + "/shared")).isEmpty()).isTrue();

        assertThat(delete(CHATS + "/" + id + "/share", null).asBoolean()).isTrue();
        assertThat(app.get(bob, CHATS + "/share/" + share).statusCode()).isEqualTo(401);
        assertThat(get(CHATS + "/" + id).path("share_id").isNull()).isTrue();
    }

    @Test
    void anyoneReadsWhatAnAdministratorOpensAndNobodyADeletedChat() {
        var id = chat(admin, "open");
        var share = ok(app.post(admin, CHATS + "/" + id + "/share", "{}"))
                .path("share_id")
                .asText();
        ok(
                app.post(
                        admin,
                        CHATS + "/shared/" + id + "/access/update",
                        "{\"access_grants\":[{\"principal_type\":\"anyone\",\"principal_id\":\"*\",\"permission\":\"read\"}]}"));
        assertThat(app.get(null, CHATS + "/share/" + share).statusCode()).isEqualTo(200);
        assertThat(ok(app.send(admin, "DELETE", CHATS + "/" + id, null)).asBoolean())
                .isTrue();
        assertThat(app.get(null, CHATS + "/share/" + share).statusCode()).isEqualTo(401);
        var second = chat(ann, "again");
        post(CHATS + "/" + second + "/share", "{}");
        assertThat(delete(CHATS + "/share/all", null).asBoolean()).isTrue();
        assertThat(get(CHATS + "/shared").isEmpty()).isTrue();
    }

    @Test
    void foldersHoldChatsAndFolders() {
        var top = post("/api/v1/folders/", "{\"name\":\"Work\",\"meta\":{\"icon\":\"x\"}}")
                .path("id")
                .asText();
        var inner = post("/api/v1/folders/", "{\"name\":\"Reports\",\"parent_id\":\"" + top + "\"}")
                .path("id")
                .asText();
        assertThat(app.post(ann, "/api/v1/folders/", "{\"name\":\"work\"}").statusCode())
                .isEqualTo(400);
        assertThat(app.post(ann, "/api/v1/folders/", "{\"name\":\" \"}").statusCode())
                .isEqualTo(422);
        assertThat(texts(get("/api/v1/folders/"), "name")).containsExactly("Reports", "Work");
        assertThat(get("/api/v1/folders/shared").isEmpty()).isTrue();

        var id = chat(ann, "filed");
        assertThat(post(CHATS + "/" + id + "/folder", "{\"folder_id\":\"" + inner + "\"}")
                        .path("folder_id")
                        .asText())
                .isEqualTo(inner);
        assertThat(get(CHATS + "/?page=1").isEmpty()).isTrue();
        assertThat(texts(get(CHATS + "/folder/" + inner + "/list?page=1"), "id"))
                .containsExactly(id);
        assertThat(texts(get(CHATS + "/folder/" + inner), "id")).containsExactly(id);
        assertThat(texts(get(CHATS + "/folder/" + top), "id"))
                .as("with what lies inside")
                .containsExactly(id);
        assertThat(texts(
                        get("/api/v1/folders/" + inner + "/shared/chats?page=1").path("chats"), "id"))
                .containsExactly(id);
        var unread = post(CHATS + "/" + id + "/unread", "{}");
        assertThat(unread.at("/folder_unread_counts/" + top).asInt()).isEqualTo(1);
        assertThat(post("/api/v1/folders/" + top + "/read", "{}")
                        .path("updated_count")
                        .asInt())
                .isEqualTo(1);
        assertThat(post(CHATS + "/read", "{}")
                        .at("/folder_unread_counts/" + top)
                        .asInt())
                .isZero();

        assertThat(app.post(ann, "/api/v1/folders/" + top + "/update/parent", "{\"parent_id\":\"" + inner + "\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post(
                                "/api/v1/folders/" + inner + "/update",
                                "{\"name\":\"Papers\",\"data\":{\"system_prompt\":\"s\"}}")
                        .at("/data/system_prompt")
                        .asText())
                .isEqualTo("s");
        assertThat(post("/api/v1/folders/" + inner + "/update/expanded", "{\"is_expanded\":true}")
                        .path("is_expanded")
                        .asBoolean())
                .isTrue();
        assertThat(post("/api/v1/folders/" + inner + "/update/parent", "{\"parent_id\":null}")
                        .path("parent_id")
                        .isNull())
                .isTrue();
        post("/api/v1/folders/" + inner + "/update/parent", "{\"parent_id\":\"" + top + "\"}");
        for (var path : List.of("", "/update", "/update/parent", "/update/expanded", "/read", "/access/update")) {
            var answer = app.send(
                    bob,
                    path.isEmpty() ? "GET" : "POST",
                    "/api/v1/folders/" + inner + path,
                    path.isEmpty() ? null : "{}");
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
        }
        assertThat(app.post(bob, CHATS + "/" + chat(bob, "b") + "/folder", "{\"folder_id\":\"" + top + "\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(app.send(bob, "DELETE", "/api/v1/folders/" + top, null).statusCode())
                .isEqualTo(404);

        assertThat(delete("/api/v1/folders/" + top + "?delete_contents=false", null)
                        .asBoolean())
                .isTrue();
        assertThat(get("/api/v1/folders/").isEmpty()).isTrue();
        assertThat(texts(get(CHATS + "/?page=1"), "id")).containsExactly(id);
        var again = post("/api/v1/folders/", "{\"name\":\"Work\"}").path("id").asText();
        post(CHATS + "/" + id + "/folder", "{\"folder_id\":\"" + again + "\"}");
        delete("/api/v1/folders/" + again, null);
        assertThat(app.get(ann, CHATS + "/" + id).statusCode()).isEqualTo(401);
    }

    @Test
    void theConfigurationIsForAdministratorsAndTellsTheTruth() {
        assertThat(app.get(ann, CHATS + "/config").statusCode()).isEqualTo(401);
        var config = ok(app.get(admin, CHATS + "/config"));
        assertThat(config.path("ENABLE_CONTEXT_COMPACTION").asBoolean()).isFalse();
        assertThat(app.post(admin, CHATS + "/config", config.toString()).statusCode())
                .isEqualTo(200);
        assertThat(app.post(admin, CHATS + "/config", "{\"ENABLE_TOOL_SEARCH\":true}")
                        .statusCode())
                .isEqualTo(400);
    }
}
