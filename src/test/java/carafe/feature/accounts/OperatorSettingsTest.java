package carafe.feature.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.TestApp;
import carafe.platform.config.Config;
import carafe.platform.config.ConfigException;
import carafe.platform.db.TestDatabases;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the operator says in Open WebUI's variables. */
class OperatorSettingsTest {
    @TempDir
    Path folder;

    private static boolean may(TestApp app, TestApp.User user, String path) {
        return TestApp.json(app.get(user, "/api/v1/users/permissions")).at(path).asBoolean();
    }

    @Test
    void eachPermissionHasAVariableThatAdminsOverrule() {
        try (var app = TestApp.start(
                folder,
                "USER_PERMISSIONS_CHAT_DELETE",
                "False",
                "USER_PERMISSIONS_WORKSPACE_MODELS_ACCESS",
                "true",
                "USER_PERMISSIONS_WORKSPACE_MODELS_ALLOW_PUBLIC_SHARING",
                "true",
                "USER_PERMISSIONS_FEATURES_USER_WEBHOOKS",
                "true")) {
            var admin = app.signUp("admin");
            var ann = app.signUp("ann");
            assertThat(may(app, ann, "/chat/delete")).isFalse();
            assertThat(may(app, ann, "/chat/edit")).isTrue();
            assertThat(may(app, ann, "/workspace/models")).isTrue();
            assertThat(may(app, ann, "/sharing/public_models")).isTrue();
            assertThat(may(app, ann, "/features/webhooks")).isTrue();
            app.post(admin, "/api/v1/users/default/permissions", "{\"chat\":{\"delete\":true}}");
            assertThat(may(app, ann, "/chat/delete")).isTrue();
            assertThat(may(app, ann, "/workspace/models")).isTrue();
        }
    }

    @Test
    void whoMayNotHaveKeysCanNeitherMakeNorUseOneAndWhoMayNotImportCannot() {
        try (var app = TestApp.start(folder)) {
            var admin = app.signUp("admin");
            var ann = app.signUp("ann");
            var key = new TestApp.User(
                    ann.id(),
                    TestApp.json(app.post(ann, "/api/v1/auths/api_key", "{}"))
                            .path("api_key")
                            .asText());
            var named = TestApp.json(app.post(ann, "/api/api-keys", "{\"name\":\"script\"}"))
                    .path("key")
                    .asText();
            app.post(
                    admin,
                    "/api/v1/users/default/permissions",
                    "{\"features\":{\"api_keys\":false},\"chat\":{\"import\":false}}");

            assertThat(app.post(ann, "/api/v1/auths/api_key", "{}").statusCode())
                    .isEqualTo(403);
            assertThat(app.post(ann, "/api/api-keys", "{\"name\":\"more\"}").statusCode())
                    .isEqualTo(403);
            assertThat(app.get(key, "/api/v1/chats/").statusCode()).isEqualTo(403);
            assertThat(app.get(new TestApp.User(ann.id(), named), "/api/v1/chats/")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(app.post(ann, "/api/v1/chats/import", "{\"chats\":[]}").statusCode())
                    .isEqualTo(403);
            assertThat(app.get(ann, "/api/v1/chats/").statusCode()).isEqualTo(200);
            assertThat(app.post(admin, "/api/v1/auths/api_key", "{}").statusCode())
                    .isEqualTo(200);
        }
    }

    /** The page of these settings saves three things at once, and none of them when one is refused. */
    @Test
    void whatIsShownAndHowBrowsersConnectCanBeSaved() {
        try (var app = TestApp.start(folder)) {
            var admin = app.signUp("admin");
            var path = "/api/v1/configs/interface/visibility";
            assertThat(TestApp.json(app.post(admin, path, "{\"visibility\":{\"notes\":false}}"))
                            .at("/visibility/notes")
                            .isBoolean())
                    .isTrue();
            assertThat(TestApp.json(app.get(admin, "/api/config"))
                            .at("/ui/visibility")
                            .toString())
                    .isEqualTo("{\"notes\":false}");
            assertThat(app.post(admin, path, "{\"visibility\":{\"notes\":\"no\"}}")
                            .statusCode())
                    .isEqualTo(422);
            assertThat(app.post(admin, path, "{}").statusCode()).isEqualTo(422);

            var connections = "/api/v1/configs/connections";
            var saved = app.post(admin, connections, app.get(admin, connections).body());
            assertThat(saved.statusCode()).isEqualTo(200);
            assertThat(TestApp.json(saved)).isEqualTo(TestApp.json(app.get(admin, connections)));
            assertThat(app.post(admin, connections, "{\"ENABLE_DIRECT_CONNECTIONS\":true}")
                            .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void aVariableThatSetsNothingIsAMistake() {
        var variables = Map.of(
                "USER_PERMISSIONS_CHAT_FLY", "true",
                "USER_PERMISSIONS_CHAT_EDIT", "perhaps");
        assertThatThrownBy(() -> Config.from(variables, folder.resolve("no.env")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("USER_PERMISSIONS_CHAT_FLY")
                .hasMessageContaining("USER_PERMISSIONS_CHAT_EDIT");
    }

    @ParameterizedTest
    @EnumSource(TestDatabases.class)
    void theFirstAdministratorCanBeMadeByTheEnvironment(TestDatabases engine) {
        String[] first = {
            "WEBUI_ADMIN_EMAIL", "Ada@Example.org", "WEBUI_ADMIN_PASSWORD", "first-password", "WEBUI_ADMIN_NAME", "Ada"
        };
        try (var app = TestApp.start(folder, engine, first)) {
            assertThat(TestApp.json(app.get(null, "/api/config")).has("onboarding"))
                    .isFalse();
            var session = app.post(
                    null, "/api/v1/auths/signin", "{\"email\":\"ada@example.org\",\"password\":\"first-password\"}");
            assertThat(TestApp.json(session).path("role").asText()).isEqualTo("admin");
            assertThat(TestApp.json(session).path("name").asText()).isEqualTo("Ada");
            assertThat(app.signUp("bob")).isNotNull();
        }
    }

    @Test
    void theEnvironmentChangesNoAccountThatIsThere() {
        try (var app = TestApp.start(folder)) {
            app.signUp("ada");
        }
        try (var app = TestApp.start(
                folder, "WEBUI_ADMIN_EMAIL", "other@example.org", "WEBUI_ADMIN_PASSWORD", "first-password")) {
            var session = app.post(
                    null, "/api/v1/auths/signin", "{\"email\":\"other@example.org\",\"password\":\"first-password\"}");
            assertThat(session.statusCode()).isEqualTo(400);
        }
        assertThatThrownBy(() -> TestApp.start(folder, "WEBUI_ADMIN_EMAIL", "alone@example.org"))
                .hasMessageContaining("WEBUI_ADMIN_PASSWORD");
        assertThatThrownBy(() ->
                        TestApp.start(folder, "WEBUI_ADMIN_EMAIL", "ada", "WEBUI_ADMIN_PASSWORD", "first-password"))
                .hasMessageContaining("WEBUI_ADMIN_EMAIL");
    }

    @ParameterizedTest
    @EnumSource(TestDatabases.class)
    void withoutSignInEverybodyIsOneAdministrator(TestDatabases engine) {
        try (var app = TestApp.start(folder, engine, "WEBUI_AUTH", "false")) {
            assertThat(TestApp.json(app.get(null, "/api/config"))
                            .at("/features/auth")
                            .asBoolean(true))
                    .isFalse();
            var entered = "{\"email\":\"\",\"password\":\"\"}";
            var one = TestApp.json(app.post(null, "/api/v1/auths/signin", entered));
            var other = TestApp.json(app.post(null, "/api/v1/auths/signin", entered));
            assertThat(one.path("email").asText()).isEqualTo("admin@localhost");
            assertThat(one.path("role").asText()).isEqualTo("admin");
            assertThat(other.path("id")).isEqualTo(one.path("id"));
            assertThat(app.get(null, "/api/v1/chats/").statusCode()).isEqualTo(401);
            var everybody =
                    new TestApp.User(one.path("id").asText(), one.path("token").asText());
            assertThat(app.get(everybody, "/api/v1/chats/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void signInCannotBeSwitchedOffOnceThereAreAccounts() {
        try (var app = TestApp.start(folder)) {
            app.signUp("ada");
        }
        try (var app = TestApp.start(folder, "WEBUI_AUTH", "false")) {
            var refused = app.post(null, "/api/v1/auths/signin", "{\"email\":\"\",\"password\":\"\"}");
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("WEBUI_AUTH");
        }
    }

    @Test
    void onlySignInsThatFailCountAgainstAnAddress() {
        try (var app = TestApp.start(folder, "RATE_LIMIT_SIGNIN", "1")) {
            app.signUp("ada");
            var right = "{\"email\":\"ada@example.org\",\"password\":\"correct horse\"}";
            for (int i = 0; i < 5; i++) {
                assertThat(app.post(null, "/api/v1/auths/signin", right).statusCode())
                        .isEqualTo(200);
            }
            var wrong = "{\"email\":\"nobody@example.org\",\"password\":\"guess\"}";
            assertThat(app.post(null, "/api/v1/auths/signin", wrong).statusCode())
                    .isEqualTo(400);
            assertThat(app.post(null, "/api/v1/auths/signin", right).statusCode())
                    .isEqualTo(429);
        }
    }

    @Test
    void whoMaySetNoSystemPromptKeepsNone() {
        try (var app = TestApp.start(folder, "USER_PERMISSIONS_CHAT_SYSTEM_PROMPT", "False")) {
            var admin = app.signUp("admin");
            var bob = app.signUp("bob");
            var path = "/api/v1/users/user/settings/update";
            var sent = "{\"ui\":{\"system\":\"be rude\",\"chatBubble\":true}}";
            assertThat(app.post(admin, path, sent).body()).contains("be rude");
            assertThat(TestApp.json(app.post(bob, path, sent))).hasToString("{\"ui\":{\"chatBubble\":true}}");
        }
    }

    @Test
    void nameAndSwitchesShowInTheConfiguration() {
        try (var app = TestApp.start(
                folder,
                "WEBUI_NAME",
                "Ask us",
                "ENABLE_FOLDERS",
                "false",
                "ENABLE_LOGIN_FORM",
                "false",
                "DEFAULT_MODELS",
                "one,two",
                "ENABLE_ADMIN_EXPORT",
                "false")) {
            var admin = app.signUp("admin");
            var config = TestApp.json(app.get(admin, "/api/config"));
            assertThat(config.path("name").asText()).isEqualTo("Ask us");
            assertThat(config.path("default_models").asText()).isEqualTo("one,two");
            var features = config.path("features");
            assertThat(features.path("enable_folders").asBoolean()).isFalse();
            assertThat(features.path("enable_login_form").asBoolean()).isFalse();
            assertThat(features.path("enable_admin_export").asBoolean()).isFalse();
            assertThat(features.path("enable_admin_chat_access").asBoolean()).isTrue();
            app.post(admin, "/api/v1/auths/admin/config", "{\"ENABLE_FOLDERS\":true}");
            assertThat(TestApp.json(app.get(admin, "/api/config"))
                            .at("/features/enable_folders")
                            .asBoolean())
                    .isTrue();
        }
    }
}
