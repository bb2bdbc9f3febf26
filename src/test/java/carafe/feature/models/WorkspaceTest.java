package carafe.feature.models;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Models that people make of others, over HTTP. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
class WorkspaceTest {
    private static final String MODELS = "/api/v1/models";
    private static final String PIRATE = """
            {"id":"pirate","base_model_id":"echo","name":"Pirate","meta":{"description":"Arr","tags":[{"name":"sea"}],
              "profile_image_url":"data:image/png;base64,iVBORw0KGgo="},
             "params":{"system":"You are {{USER_NAME}}'s pirate.","temperature":0.5,"custom_params":{"top_k":"7"}}%s}""";
    private static final String OPEN =
            ",\"access_grants\":[{\"principal_type\":\"user\",\"principal_id\":\"*\",\"permission\":\"read\"}]";

    private final TestDatabases engine;
    private final FakeProvider provider = new FakeProvider();
    private TestApp app;
    private TestApp.User admin;
    private TestApp.User ann;
    private TestApp.User bob;

    WorkspaceTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start(@TempDir Path folder) {
        app = TestApp.start(folder, engine, "OPENAI_API_BASE_URLS", provider.url());
        admin = app.signUp("admin");
        ann = app.signUp("ann");
        bob = app.signUp("bob");
    }

    @AfterEach
    void stop() {
        app.close();
        provider.close();
    }

    private JsonNode ok(TestApp.User who, String path, String body) {
        var answer = body == null ? app.get(who, path) : app.post(who, path, body);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private List<String> listed(TestApp.User who) {
        return ok(who, "/api/models", null).path("data").findValuesAsText("id").stream()
                .filter(List.of("echo", "pirate", "fail")::contains)
                .distinct()
                .toList();
    }

    private String ask(TestApp.User who, String model, String more) {
        return app.post(
                        who,
                        "/v1/chat/completions",
                        "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more
                                + "}")
                .body();
    }

    private JsonNode received() throws InterruptedException {
        return provider.requests.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void aModelOfTheWorkspaceAnswersWithItsPromptAndParameters() throws Exception {
        ok(admin, MODELS + "/create", PIRATE.formatted(OPEN));
        assertThat(listed(ann)).containsExactly("echo", "fail", "pirate");

        assertThat(ask(ann, "pirate", ",\"temperature\":1.5,\"top_p\":0.1")).contains("\"hi\"");
        var sent = received();
        assertThat(sent.path("model").asText()).isEqualTo("echo");
        assertThat(sent.at("/messages/0/role").asText()).isEqualTo("system");
        assertThat(sent.at("/messages/0/content").asText()).isEqualTo("You are ann's pirate.");
        assertThat(sent.at("/messages/1/content").asText()).isEqualTo("hi");
        assertThat(sent.path("temperature").asDouble()).isEqualTo(0.5);
        assertThat(sent.path("top_k").asInt()).isEqualTo(7);
        assertThat(sent.path("top_p").asDouble()).isEqualTo(0.1);

        ok(ann, "/api/v1/chats/turns", "{\"model\":\"pirate\",\"content\":\"ahoy\"}");
        var turn = received();
        assertThat(turn.at("/messages/0/content").asText()).isEqualTo("You are ann's pirate.");
        assertThat(turn.path("model").asText()).isEqualTo("echo");
        assertThat(turn.path("temperature").asDouble()).isEqualTo(0.5);

        ok(admin, "/api/v1/configs/models", "{\"DEFAULT_MODEL_PARAMS\":{\"temperature\":0.9,\"seed\":4}}");
        assertThat(ask(ann, "pirate", "")).contains("\"hi\"");
        var again = received();
        assertThat(again.path("temperature").asDouble()).isEqualTo(0.5);
        assertThat(again.path("seed").asInt()).isEqualTo(4);
    }

    @Test
    void theListsTellWhatPagesShow() {
        ok(admin, MODELS + "/create", PIRATE.formatted(OPEN));
        var entry = ok(ann, "/api/models", null).path("data").findValue("info");
        assertThat(entry.path("name").asText()).isEqualTo("Pirate");
        assertThat(entry.path("params")).isEmpty(); // ann may not change it
        assertThat(entry.at("/meta/description").asText()).isEqualTo("Arr");
        assertThat(entry.at("/meta").has("profile_image_url")).isFalse();
        assertThat(ok(ann, "/api/v1/models", null).path("data").size()).isPositive();
        var configured = ok(ann, "/api/v1/models/", null); // another address for front ends before 0.12
        assertThat(configured.isArray()).isTrue();
        assertThat(configured.at("/0/id").asText()).isEqualTo("pirate");
        assertThat(configured.at("/0/params")).isEmpty();
        assertThat(ok(admin, "/api/v1/models/", null).at("/0/params")).isNotEmpty();
        var list = ok(ann, MODELS + "/list?page=1&query=PIR&tag=sea&order_by=name&direction=asc", null);
        assertThat(list.path("total").asInt()).isEqualTo(1);
        assertThat(list.at("/items/0/write_access").asBoolean()).isFalse();
        assertThat(list.at("/items/0/user/name").asText()).isEqualTo("admin");
        assertThat(ok(ann, MODELS + "/list?page=2", null).path("items")).isEmpty();
        assertThat(ok(ann, MODELS + "/list?query=nope", null).path("total").asInt())
                .isZero();
        assertThat(ok(ann, MODELS + "/list?view_option=created", null)
                        .path("total")
                        .asInt())
                .isZero();
        assertThat(ok(ann, MODELS + "/tags", null).toString()).isEqualTo("[\"sea\"]");
        var own = ok(admin, MODELS + "/model?id=pirate", null);
        assertThat(own.at("/params/temperature").asDouble()).isEqualTo(0.5);
        assertThat(own.path("write_access").asBoolean()).isTrue();
        assertThat(ok(admin, MODELS + "/all", null)).hasSize(1);
        assertThat(ok(admin, MODELS + "/base", null)).isEmpty();
        assertThat(ok(admin, "/api/models/base", null).path("data").findValuesAsText("id"))
                .doesNotContain("pirate");
        var image = app.get(ann, MODELS + "/model/profile/image?id=pirate&lang=en-US");
        assertThat(image.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(image.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("sandbox");
        var none = app.get(ann, MODELS + "/model/profile/image?id=echo");
        assertThat(none.statusCode()).isEqualTo(302);
        assertThat(none.headers().firstValue("Location").orElse("")).endsWith("/static/favicon.png");
    }

    @Test
    void whatIsNotSharedIsNotThereForOthers() throws Exception {
        ok(admin, MODELS + "/create", PIRATE.formatted(""));
        assertThat(listed(admin)).contains("pirate");
        assertThat(listed(ann)).doesNotContain("pirate");
        assertThat(ask(ann, "pirate", "")).contains("model_not_found");
        assertThat(app.get(ann, "/v1/models/pirate").statusCode()).isEqualTo(404);
        var foreign = app.get(ann, MODELS + "/model?id=pirate");
        var unknown = app.get(ann, MODELS + "/model?id=nothing");
        assertThat(foreign.statusCode()).isEqualTo(unknown.statusCode()).isEqualTo(404);
        assertThat(TestApp.json(foreign).path("detail"))
                .isEqualTo(TestApp.json(unknown).path("detail"));
        for (var path : List.of("/model/toggle?id=pirate", "/model/update", "/model/delete", "/model/access/update")) {
            assertThat(app.post(ann, MODELS + path, PIRATE.formatted(OPEN)).statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(provider.requests).isEmpty();

        var group = ok(admin, "/api/v1/groups/create", "{\"name\":\"crew\"}")
                .path("id")
                .asText();
        ok(admin, "/api/v1/groups/id/" + group + "/users/add", "{\"user_ids\":[\"" + ann.id() + "\"]}");
        ok(admin, MODELS + "/model/access/update", """
                {"id":"pirate","access_grants":[{"principal_type":"group","principal_id":"%s","permission":"read"}]}""".formatted(group));
        assertThat(listed(ann)).contains("pirate");
        assertThat(listed(bob)).doesNotContain("pirate");
        assertThat(app.post(ann, MODELS + "/model/toggle?id=pirate", "").statusCode())
                .isEqualTo(403);
        ok(admin, MODELS + "/model/access/update", """
                {"id":"pirate","access_grants":[{"principal_type":"user","principal_id":"%s","permission":"write"}]}""".formatted(bob.id()));
        assertThat(listed(ann)).doesNotContain("pirate");
        assertThat(ok(bob, MODELS + "/model/toggle?id=pirate", "")
                        .path("is_active")
                        .asBoolean())
                .isFalse();
        assertThat(listed(admin)).doesNotContain("pirate");
        assertThat(ask(bob, "pirate", "")).contains("model_not_found");
    }

    @Test
    void aModelOfAConnectionCanBeHiddenAndDressed() throws Exception {
        ok(admin, MODELS + "/model/access/update", "{\"id\":\"echo\",\"name\":\"echo\",\"access_grants\":[]}");
        assertThat(listed(ann)).containsExactly("fail");
        assertThat(ask(ann, "echo", "")).contains("model_not_found");
        assertThat(ask(admin, "echo", "")).contains("\"hi\"");
        ok(
                admin,
                MODELS + "/model/update",
                "{\"id\":\"echo\",\"name\":\"Nymph\",\"meta\":{},\"params\":{\"seed\":3}" + OPEN + "}");
        received();
        assertThat(ask(ann, "echo", "")).contains("\"hi\"");
        assertThat(received().path("seed").asInt()).isEqualTo(3);
        assertThat(ok(ann, "/api/models", null).path("data").findValuesAsText("name"))
                .contains("Nymph");
        assertThat(ok(admin, MODELS + "/base", null)).hasSize(1);
    }

    @Test
    void plainPeopleMakeModelsWhereTheyMay() {
        var form = PIRATE.formatted(OPEN);
        assertThat(app.post(ann, MODELS + "/create", form).statusCode()).isEqualTo(403);
        ok(
                admin,
                "/api/v1/users/default/permissions",
                "{\"workspace\":{\"models\":true,\"models_export\":true,\"models_import\":true}}");
        var made = ok(ann, MODELS + "/create", form);
        assertThat(made.path("access_grants")).isEmpty(); // she may make, but not share
        assertThat(listed(bob)).doesNotContain("pirate");
        assertThat(app.post(bob, MODELS + "/create", form).statusCode()).isEqualTo(400);
        assertThat(app.post(bob, MODELS + "/create", "{\"id\":\"own\",\"name\":\"x\",\"meta\":{},\"params\":{}}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(app.post(bob, MODELS + "/create", "{\"id\":\"own\",\"base_model_id\":\"pirate\",\"name\":\"x\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(ok(bob, MODELS + "/export", null)).isEmpty();
        var exported = ok(ann, MODELS + "/export", null);
        assertThat(exported).hasSize(1);
        assertThat(app.send(ann, "DELETE", MODELS + "/model/delete?id=pirate", null)
                        .body())
                .isEqualTo("true");
        assertThat(listed(ann)).doesNotContain("pirate");
        ok(ann, MODELS + "/import", "{\"models\":" + exported + "}");
        assertThat(listed(ann)).contains("pirate");
        assertThat(app.post(bob, MODELS + "/import", "{\"models\":" + exported + "}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(ok(ann, MODELS + "/model/delete", "{\"id\":\"pirate\"}").asBoolean())
                .isTrue();
        ok(admin, MODELS + "/sync", "{\"models\":" + exported + "}");
        assertThat(ok(admin, MODELS + "/all", null)).hasSize(1);
        assertThat(app.send(admin, "DELETE", MODELS + "/delete/all", null).body())
                .isEqualTo("true");
        assertThat(ok(admin, MODELS + "/all", null)).isEmpty();
    }

    @Test
    void badFormsAreRefusedWhole() {
        for (var form : List.of(
                "{}",
                "{\"id\":\"\",\"name\":\"x\"}",
                "{\"id\":\"x\",\"name\":7}",
                "{\"id\":\"x\",\"name\":\"x\",\"params\":[]}",
                "{\"id\":\"x\",\"base_model_id\":\"x\",\"name\":\"x\"}",
                "{\"id\":\"x\",\"name\":\"x\",\"access_grants\":[{\"principal_type\":\"dog\"}]}",
                "{\"id\":\"x\",\"name\":\"x\",\"access_grants\":\"x\"}",
                "{\"id\":\"x y\",\"base_model_id\":\"echo\",\"name\":\"x\"}",
                "{\"id\":\"x\u3000y\",\"base_model_id\":\"echo\",\"name\":\"x\"}",
                "{\"id\":\"x\",\"name\":\"x\",\"meta\":{\"profile_image_url\":\"data:image/svg+xml;base64,AA==\"}}",
                "{\"id\":\"x\",\"name\":\"x\",\"meta\":{\"profile_image_url\":\"javascript:alert(1)\"}}")) {
            assertThat(app.post(admin, MODELS + "/create", form).statusCode())
                    .as(form)
                    .isIn(400, 422);
        }
        assertThat(app.post(admin, MODELS + "/import", "{\"models\":[{\"id\":\"a\",\"name\":\"a\"},{\"id\":\"b\"}]}")
                        .statusCode())
                .isEqualTo(422);
        assertThat(ok(admin, MODELS + "/all", null)).isEmpty();
    }

    @Test
    void versionsOfAModelAreKeptAndChosen() {
        ok(admin, "/api/v1/models/create", PIRATE.formatted(OPEN));
        var history = "/api/v1/models/model/history";
        var first = ok(admin, history + "?id=pirate", null).at("/0/id").asText();
        var changed = ok(
                admin,
                "/api/v1/models/model/update",
                PIRATE.replace("Arr", "Ahoy").formatted(",\"commit_message\":\"politer\""));
        assertThat(changed.path("version_id").asText()).isNotEqualTo(first);
        var all = ok(admin, history + "?id=pirate&page=1", null);
        assertThat(all).hasSize(2);
        assertThat(all.at("/0/commit_message").asText()).isEqualTo("politer");
        assertThat(ok(admin, history + "/" + first + "?id=pirate", null)
                        .at("/snapshot/meta/description")
                        .asText())
                .isEqualTo("Arr");
        var back = ok(admin, "/api/v1/models/model/update/version?id=pirate", "{\"version_id\":\"" + first + "\"}");
        assertThat(back.at("/meta/description").asText()).isEqualTo("Arr");
        assertThat(back.path("access_grants")).hasSize(1);
        assertThat(app.send(admin, "DELETE", history + "/" + first + "?id=pirate", null)
                        .statusCode())
                .isEqualTo(400);
        for (var who : List.of(ann, bob)) { // they may use it, and no more
            assertThat(app.get(who, history + "?id=pirate").statusCode()).isEqualTo(403);
            assertThat(app.get(who, history + "?id=unknown").statusCode()).isEqualTo(404);
            assertThat(app.post(
                                    who,
                                    "/api/v1/models/model/update/version?id=pirate",
                                    "{\"version_id\":\"" + first + "\"}")
                            .statusCode())
                    .isEqualTo(403);
        }
        var second = all.at("/0/id").asText();
        assertThat(app.send(admin, "DELETE", history + "/" + second + "?id=pirate", null)
                        .statusCode())
                .isEqualTo(200);
        assertThat(app.get(admin, history + "/" + second + "?id=pirate").statusCode())
                .isEqualTo(404);
    }
}
