package carafe.feature.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.platform.db.TestDatabases;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups, the permission tree and what admins say about the front end, over HTTP. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
class GroupsTest {
    private static final String GROUPS = "/api/v1/groups/";

    private final TestDatabases engine;
    private TestApp app;
    private TestApp.User admin;
    private TestApp.User ann;
    private TestApp.User bob;

    GroupsTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start(@TempDir Path folder) {
        app = TestApp.start(folder, engine);
        admin = app.signUp("admin");
        ann = app.signUp("ann");
        bob = app.signUp("bob");
    }

    @AfterEach
    void stop() {
        app.close();
    }

    private String group(String name, String more) {
        var answer =
                app.post(admin, GROUPS + "create", "{\"name\":\"" + name + "\",\"description\":\"d\"" + more + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TestApp.json(answer).path("id").asText();
    }

    private boolean may(TestApp.User user, String path) {
        return TestApp.json(app.get(user, "/api/v1/users/permissions")).at(path).asBoolean();
    }

    @Test
    void membersMayWhatOneOfTheirGroupsAllows() {
        assertThat(may(ann, "/workspace/models")).isFalse();
        var id = group(
                "makers",
                ",\"permissions\":{\"workspace\":{\"models\":true,\"nonsense\":true},\"chat\":{\"delete\":false}}");
        var added = TestApp.json(app.post(
                admin, GROUPS + "id/" + id + "/users/add", "{\"user_ids\":[\"" + ann.id() + "\",\"nobody\"]}"));
        assertThat(added.path("member_count").asInt()).isEqualTo(1);
        assertThat(added.at("/permissions/workspace").toString()).isEqualTo("{\"models\":true}");
        assertThat(may(ann, "/workspace/models")).isTrue();
        assertThat(may(ann, "/chat/delete")).isTrue(); // a group allows and never forbids
        assertThat(may(bob, "/workspace/models")).isFalse();
        assertThat(TestApp.json(app.get(ann, "/api/v1/auths/"))
                        .at("/permissions/workspace/models")
                        .asBoolean())
                .isTrue();

        var members = TestApp.json(app.get(admin, GROUPS + "id/" + id + "/members?query=AN"));
        assertThat(members.at("/items/0/id").asText()).isEqualTo(ann.id());
        assertThat(members.path("total").asInt()).isEqualTo(1);
        assertThat(members.at("/counts/direct").asInt()).isEqualTo(1);
        assertThat(TestApp.json(app.get(admin, GROUPS + "id/" + id + "/members?page=2"))
                        .path("items"))
                .isEmpty();
        assertThat(TestApp.json(app.get(admin, "/api/v1/users/?query=ann"))
                        .at("/users/0/group_ids/0")
                        .asText())
                .isEqualTo(id);
        assertThat(TestApp.json(app.get(admin, "/api/v1/users/" + ann.id() + "/groups"))
                        .at("/0/name")
                        .asText())
                .isEqualTo("makers");
        assertThat(TestApp.json(app.get(ann, "/api/v1/users/groups"))
                        .at("/0/id")
                        .asText())
                .isEqualTo(id);

        app.post(admin, GROUPS + "id/" + id + "/users/remove", "{\"user_ids\":[\"" + ann.id() + "\"]}");
        assertThat(may(ann, "/workspace/models")).isFalse();
    }

    @Test
    void groupsAreListedForTheirMembersAndForThoseWhoMayShareWithThem() {
        var open = group("open", "");
        var closed = group("closed", ",\"data\":{\"config\":{\"share\":false}}");
        app.post(admin, GROUPS + "id/" + closed + "/users/add", "{\"user_ids\":[\"" + ann.id() + "\"]}");

        assertThat(TestApp.json(app.get(admin, GROUPS))).hasSize(2);
        assertThat(TestApp.json(app.get(ann, GROUPS)).findValuesAsText("id")).containsExactly(closed);
        assertThat(TestApp.json(app.get(bob, GROUPS))).isEmpty();
        assertThat(TestApp.json(app.get(bob, GROUPS + "?share=true")).findValuesAsText("id"))
                .containsExactly(open);
        assertThat(TestApp.json(app.get(ann, GROUPS)).get(0).has("permissions")).isFalse();
        assertThat(app.get(ann, GROUPS + "id/" + closed + "/info").statusCode()).isEqualTo(200);
        var foreign = app.get(bob, GROUPS + "id/" + closed + "/info");
        var unknown = app.get(bob, GROUPS + "id/none/info");
        assertThat(foreign.statusCode()).isEqualTo(unknown.statusCode()).isEqualTo(404);
        assertThat(TestApp.json(foreign).path("detail"))
                .isEqualTo(TestApp.json(unknown).path("detail"));
        var among = group("among", ",\"data\":{\"config\":{\"share\":\"members\"}}");
        assertThat(app.get(bob, GROUPS + "id/" + among + "/info").statusCode()).isEqualTo(404);
        assertThat(app.get(bob, GROUPS + "id/" + open + "/info").statusCode()).isEqualTo(200);
    }

    @Test
    void groupsAreChangedAndDeletedByAdminsOnly() {
        var id = group("one", "");
        assertThat(app.post(admin, GROUPS + "create", "{\"name\":\"ONE\"}").statusCode())
                .isEqualTo(400);
        assertThat(app.post(admin, GROUPS + "create", "{\"name\":\" \"}").statusCode())
                .isEqualTo(422);
        assertThat(app.post(admin, GROUPS + "create", "{\"name\":\"x\",\"permissions\":{\"chat\":{\"edit\":7}}}")
                        .statusCode())
                .isEqualTo(422);
        assertThat(app.post(ann, GROUPS + "create", "{\"name\":\"mine\"}").statusCode())
                .isEqualTo(401);
        var changed = TestApp.json(
                app.post(admin, GROUPS + "id/" + id + "/update", "{\"name\":\"two\",\"description\":\"new\"}"));
        assertThat(changed.path("name").asText()).isEqualTo("two");
        assertThat(TestApp.json(app.get(admin, GROUPS + "id/" + id + "/export")).has("user_ids"))
                .isTrue();
        assertThat(app.send(admin, "DELETE", GROUPS + "id/" + id + "/delete", null)
                        .body())
                .isEqualTo("true");
        assertThat(app.get(admin, GROUPS + "id/" + id).statusCode()).isEqualTo(404);
        assertThat(app.post(admin, GROUPS + "id/" + id + "/update", "{\"name\":\"x\"}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void adminsSayWhatEverybodyMay() {
        var path = "/api/v1/users/default/permissions";
        var tree = TestApp.json(app.get(admin, path));
        assertThat(tree.at("/chat/delete").asBoolean()).isTrue();
        var set = TestApp.json(app.post(admin, path, "{\"chat\":{\"delete\":false,\"unknown\":true}}"));
        assertThat(set.at("/chat/delete").asBoolean()).isFalse();
        assertThat(set.at("/chat").has("unknown")).isFalse();
        assertThat(may(ann, "/chat/delete")).isFalse();
        assertThat(may(ann, "/chat/edit")).isTrue();
        assertThat(TestApp.json(app.get(admin, path + "/defaults"))
                        .at("/chat/delete")
                        .asBoolean())
                .isTrue();
        assertThat(app.post(admin, path, "{\"chat\":{\"delete\":\"no\"}}").statusCode())
                .isEqualTo(422);
        assertThat(TestApp.json(app.get(ann, "/api/config"))
                        .at("/permissions/chat/delete")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void bannersSuggestionsAndDefaultModelsReachTheFrontEnd() {
        var configs = "/api/v1/configs/";
        var banner = "{\"id\":\"b\",\"type\":\"info\",\"content\":\"Hello\",\"dismissible\":true,\"timestamp\":1}";
        assertThat(app.get(ann, configs + "banners").body()).isEqualTo("[]");
        assertThat(app.post(admin, configs + "banners", "{\"banners\":[" + banner + "]}")
                        .body())
                .isEqualTo("[" + banner + "]");
        assertThat(app.get(ann, configs + "banners").body()).isEqualTo("[" + banner + "]");
        assertThat(app.post(admin, configs + "banners", "{\"banners\":[{\"id\":\"b\",\"type\":\"x\"}]}")
                        .statusCode())
                .isEqualTo(422);
        assertThat(TestApp.json(app.post(
                                admin,
                                configs + "suggestions",
                                "{\"suggestions\":[{\"title\":[\"a\",\"b\"],\"content\":\"c\"}]}"))
                        .at("/suggestions/0/content")
                        .asText())
                .isEqualTo("c");
        var models = TestApp.json(app.post(admin, configs + "models", """
                {"DEFAULT_MODELS":"echo,fail","DEFAULT_PINNED_MODELS":null,"MODEL_ORDER_LIST":["fail"],
                 "DEFAULT_MODEL_METADATA":{"capabilities":{"vision":false}}}"""));
        assertThat(models.path("DEFAULT_MODELS").asText()).isEqualTo("echo,fail");
        assertThat(models.at("/MODEL_ORDER_LIST/0").asText()).isEqualTo("fail");
        assertThat(TestApp.json(app.get(admin, configs + "models"))).isEqualTo(models);
        assertThat(TestApp.json(app.get(ann, configs + "models/defaults"))
                        .at("/DEFAULT_MODEL_METADATA/capabilities/vision")
                        .isBoolean())
                .isTrue();
        var config = TestApp.json(app.get(ann, "/api/config"));
        assertThat(config.path("default_models").asText()).isEqualTo("echo,fail");
        assertThat(config.at("/default_prompt_suggestions/0/title/1").asText()).isEqualTo("b");

        var exported = app.get(admin, configs + "export").body();
        app.post(admin, configs + "banners", "{\"banners\":[]}");
        assertThat(app.get(ann, configs + "banners").body()).isEqualTo("[]");
        assertThat(app.post(admin, configs + "import", "{\"config\":" + exported + "}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(app.get(ann, configs + "banners").body()).isEqualTo("[" + banner + "]");
        assertThat(app.post(admin, configs + "import", "{\"config\":{\"JWT_EXPIRES_IN\":\"soon\"}}")
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void peopleSayHowTheyAre() {
        var set = TestApp.json(app.post(
                ann, "/api/v1/users/user/status/update", "{\"status_emoji\":\"tea\",\"status_message\":\"out\"}"));
        assertThat(set.path("status_message").asText()).isEqualTo("out");
        assertThat(TestApp.json(app.get(bob, "/api/v1/users/" + ann.id() + "/info"))
                        .path("status_emoji")
                        .asText())
                .isEqualTo("tea");
        assertThat(TestApp.json(app.get(ann, "/api/v1/auths/"))
                        .path("status_message")
                        .asText())
                .isEqualTo("out");
        assertThat(TestApp.json(app.post(ann, "/api/v1/users/user/status/update", "{}"))
                        .path("status_emoji")
                        .isNull())
                .isTrue();
    }

    private int putInto(String id, String name, String parent) {
        return app.post(
                        admin,
                        GROUPS + "id/" + id + "/update",
                        "{\"name\":\"" + name + "\",\"description\":\"\",\"parent_group_id\":" + parent + "}")
                .statusCode();
    }

    @Test
    void membersOfAGroupInAnotherHaveWhatThatOneHas() {
        var school = group("school", ",\"permissions\":{\"workspace\":{\"prompts\":true}}");
        var year = group("year", ",\"parent_group_id\":\"" + school + "\"");
        var club = group("club", ",\"parent_group_id\":\"" + year + "\"");
        app.post(admin, GROUPS + "id/" + club + "/users/add", "{\"user_ids\":[\"" + ann.id() + "\"]}");
        app.post(admin, GROUPS + "id/" + school + "/users/add", "{\"user_ids\":[\"" + bob.id() + "\"]}");
        assertThat(may(ann, "/workspace/prompts")).isTrue();
        assertThat(TestApp.json(app.get(ann, "/api/v1/users/groups"))).hasSize(1);
        assertThat(TestApp.json(app.get(ann, "/api/v1/users/groups?include_inherited=true")))
                .hasSize(3);

        var members = TestApp.json(app.get(admin, GROUPS + "id/" + school + "/members?membership=effective"));
        assertThat(members.path("total").asInt()).isEqualTo(2);
        assertThat(members.at("/items/0/membership_type").asText()).isEqualTo("inherited");
        assertThat(members.at("/items/0/via_group_ids/0").asText()).isEqualTo(club);
        assertThat(members.at("/counts/direct").asInt()).isEqualTo(1);
        assertThat(members.at("/counts/inherited").asInt()).isEqualTo(1);
        assertThat(TestApp.json(app.get(admin, GROUPS + "id/" + school + "/members?membership=inherited"))
                        .at("/items/0/id")
                        .asText())
                .isEqualTo(ann.id());

        var prompt = app.post(
                admin,
                "/api/v1/prompts/create",
                "{\"command\":\"hi\",\"name\":\"Hi\",\"content\":\"c\",\"access_grants\":[{\"principal_type\":\"group\","
                        + "\"principal_id\":\"" + school + "\",\"permission\":\"read\"}]}");
        assertThat(prompt.statusCode()).isEqualTo(200);
        assertThat(app.get(ann, "/api/v1/prompts/").body()).contains("\"hi\"");

        assertThat(app.send(admin, "DELETE", GROUPS + "id/" + year + "/delete", null)
                        .statusCode())
                .isEqualTo(200);
        assertThat(TestApp.json(app.get(admin, GROUPS + "id/" + club))
                        .path("parent_group_id")
                        .asText())
                .isEqualTo(school);
        assertThat(may(ann, "/workspace/prompts")).isTrue();
        assertThat(putInto(club, "club", "null")).isEqualTo(200);
        assertThat(may(ann, "/workspace/prompts")).isFalse();
        assertThat(app.get(ann, "/api/v1/prompts/").body()).isEqualTo("[]");
    }

    @Test
    void noGroupIsInItself() {
        var upper = group("upper", "");
        var lower = group("lower", ",\"parent_group_id\":\"" + upper + "\"");
        assertThat(putInto(upper, "upper", "\"" + upper + "\"")).isEqualTo(400);
        assertThat(putInto(upper, "upper", "\"" + lower + "\"")).isEqualTo(400);
        assertThat(putInto(upper, "upper", "\"nowhere\"")).isEqualTo(400);
        var at = lower;
        for (int i = 3; i <= TeamStore.DEEPEST; i++) {
            at = group("g" + i, ",\"parent_group_id\":\"" + at + "\"");
        }
        assertThat(app.post(
                                admin,
                                GROUPS + "create",
                                "{\"name\":\"deep\",\"description\":\"\",\"parent_group_id\":\"" + at + "\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(putInto(upper, "upper", "\"" + group("other", "") + "\""))
                .isEqualTo(400); // its groups lie too deep then
    }

    @Test
    void newAccountsAreInTheDefaultGroup() {
        var id = group("everybody", "");
        assertThat(app.post(admin, "/api/v1/auths/admin/config", "{\"DEFAULT_GROUP_ID\":\"" + id + "\"}")
                        .statusCode())
                .isEqualTo(200);
        app.signUp("carl");
        assertThat(TestApp.json(app.get(admin, GROUPS + "id/" + id))
                        .path("member_count")
                        .asInt())
                .isEqualTo(1);
    }
}
