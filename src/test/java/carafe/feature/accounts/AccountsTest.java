package carafe.feature.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.db.TestDatabase;
import carafe.platform.db.TestDatabases;
import carafe.platform.db.Together;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class AccountsTest {
    @Parameter
    TestDatabases engine;

    @TempDir
    Path folder;

    private TestDatabase database;
    private TestServer server;

    @BeforeEach
    void open() {
        database = engine.open(folder);
        server = new TestServer(database.db(), Map.of("JWT_EXPIRES_IN", "4w", "DEFAULT_USER_ROLE", "user"));
    }

    @AfterEach
    void close() {
        server.close();
        database.close();
    }

    private String audited(String action) {
        return database.db()
                .list("SELECT action FROM audit WHERE action = ?", row -> row.getString(1), action)
                .toString();
    }

    private String added(String admin, String name, String role) {
        var answer = server.post("/api/v1/auths/add", admin, """
                {"name": "%1$s", "email": "%1$s@example.org", "password": "password of %1$s", "role": "%2$s"}""".formatted(name, role));
        assertThat(answer.status()).as(answer.detail()).isEqualTo(200);
        return answer.text("id");
    }

    @Test
    void theFirstAccountBecomesAdminAndClosesTheDoor() {
        assertThat(server.get("/api/config", "").body().path("onboarding").asBoolean())
                .isTrue();

        var first = server.signUp("Ada");
        var second = server.signUp("Bob");

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.text("role")).isEqualTo("admin");
        assertThat(first.text("email")).isEqualTo("ada@example.org");
        assertThat(first.body().path("expires_at").asLong() - server.clock.millis() / 1000)
                .isEqualTo(2_419_200);
        assertThat(second.status()).isEqualTo(403);
        var config = server.get("/api/config", "").body();
        assertThat(config.has("onboarding")).isFalse();
        assertThat(config.at("/features/enable_signup").asBoolean()).isFalse();
        assertThat(audited("sign-up")).isEqualTo("[sign-up]");
    }

    @Test
    void ofTwentySignUpsAtOnceExactlyOneBecomesAdmin() throws InterruptedException {
        server.settings.set(Map.of(Catalogue.ENABLE_SIGNUP, "true"), null);
        var roles = new ConcurrentLinkedQueue<String>();
        Together.run(20, number -> roles.add(server.signUp("p" + number).text("role")));

        assertThat(roles).hasSize(20).containsOnly("admin", "user");
        assertThat(roles.stream().filter("admin"::equals)).hasSize(1);
    }

    @Test
    void whileSignUpIsForTheFirstOnlyOneOfTwentyGetsIn() throws InterruptedException {
        var statuses = new ConcurrentLinkedQueue<Integer>();
        Together.run(20, number -> statuses.add(server.signUp("p" + number).status()));

        assertThat(statuses.stream().filter(status -> status == 200)).hasSize(1);
        assertThat(statuses).containsOnly(200, 403);
    }

    @Test
    void twoNodesThatSignUpTheFirstAtOnceMakeOneAdmin() throws InterruptedException {
        try (var other = new TestServer(database.db(), Map.of("DEFAULT_USER_ROLE", "user"))) {
            server.settings.set(Map.of(Catalogue.ENABLE_SIGNUP, "true"), null);
            other.settings.refresh();
            var roles = new ConcurrentLinkedQueue<String>();
            Together.run(
                    2,
                    number -> roles.add(
                            (number == 0 ? server : other).signUp("p" + number).text("role")));

            assertThat(roles).containsExactlyInAnyOrder("admin", "user");
        }
    }

    @Test
    void signInSetsACookieThatSignsIn() {
        server.signUp("ada");

        var answer = server.signIn("ADA@example.org ", "password of ada");

        var cookie = answer.raw().headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("token=", "; HttpOnly", "; Path=/", "; SameSite=Lax", "; Max-Age=2419200");
        var me = server.send("GET", "/api/v1/auths/", "", Map.of("Cookie", cookie.substring(0, cookie.indexOf(';'))));
        assertThat(me.text("email")).isEqualTo("ada@example.org");
        assertThat(me.text("token")).isEqualTo(answer.text("token"));
        assertThat(me.body().at("/permissions/chat/edit").asBoolean()).isTrue();
    }

    @Test
    void signOutEndsTheTokenAndClearsTheCookies() {
        var token = server.signUp("ada").text("token");
        var other = server.signIn("ada").text("token");

        var answer = server.post("/api/v1/auths/signout", token, "");

        assertThat(answer.body().path("status").asBoolean()).isTrue();
        assertThat(answer.raw().headers().allValues("Set-Cookie"))
                .hasSize(3)
                .allMatch(cookie -> cookie.contains("Max-Age=0"));
        assertThat(server.get("/api/v1/auths/", token).status()).isEqualTo(401);
        assertThat(server.get("/api/v1/auths/", other).status()).isEqualTo(200);
    }

    @Test
    void aTokenEndsWithItsTime() {
        var token = server.signUp("ada").text("token");
        server.clock.pass(Duration.ofDays(28).plusSeconds(1));

        assertThat(server.get("/api/v1/auths/", token).status()).isEqualTo(401);
    }

    @Test
    void aTokenForEverHasNoEnd() {
        var admin = server.signUp("ada").text("token");
        server.post("/api/v1/auths/admin/config", admin, "{\"JWT_EXPIRES_IN\": \"-1\"}");

        var answer = server.signIn("ada");
        server.clock.pass(Duration.ofDays(40_000));

        assertThat(answer.body().path("expires_at").isNull()).isTrue();
        assertThat(server.get("/api/v1/auths/", answer.text("token")).status()).isEqualTo(200);
    }

    @Test
    void wrongPasswordsAreRefusedAndSlowedDownForKnownAndUnknownAddressesAlike() {
        server.signUp("ada");
        for (var email : List.of("ada@example.org", "nobody@example.org")) {
            for (int i = 0; i < 15; i++) {
                var answer = server.signIn(email, "guess");
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.detail()).isEqualTo("The e-mail address or the password is not right.");
            }
            var slowed = server.signIn(email, "password of ada");
            assertThat(slowed.status()).isEqualTo(429);
            assertThat(slowed.raw().headers().firstValue("Retry-After")).hasValue("180");
        }
        server.clock.pass(Duration.ofMinutes(3));
        assertThat(server.signIn("ada").status()).isEqualTo(200);
    }

    @Test
    void aNewPasswordEndsTheOtherSignIns() {
        var token = server.signUp("ada").text("token");
        var other = server.signIn("ada").text("token");
        assertThat(server.get("/api/v1/auths/", other).status()).isEqualTo(200);

        var wrong = server.post("/api/v1/auths/update/password", token, "{\"password\":\"x\",\"new_password\":\"y\"}");
        var right = server.post(
                "/api/v1/auths/update/password",
                token,
                "{\"password\":\"password of ada\",\"new_password\":\"fresh one\"}");

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(right.body().asBoolean()).isTrue();
        assertThat(server.get("/api/v1/auths/", other).status()).isEqualTo(401);
        assertThat(server.get("/api/v1/auths/", token).status()).isEqualTo(200);
        assertThat(server.signIn("ada").status()).isEqualTo(400);
        assertThat(server.signIn("ada@example.org", "fresh one").status()).isEqualTo(200);
    }

    @Test
    void anApiKeyWorksUntilItIsReplacedOrDeletedOrKeysAreSwitchedOff() {
        var token = server.signUp("ada").text("token");
        assertThat(server.get("/api/v1/auths/api_key", token).status()).isEqualTo(404);
        var first = server.post("/api/v1/auths/api_key", token, "").text("api_key");
        assertThat(first).matches("sk-[0-9a-f]{32}");
        assertThat(server.get("/api/v1/users/all", first).status()).isEqualTo(200);
        assertThat(server.send("GET", "/api/v1/users/all", "", Map.of("x-api-key", first))
                        .status())
                .isEqualTo(200);

        var second = server.post("/api/v1/auths/api_key", token, "").text("api_key");
        assertThat(server.get("/api/v1/users/all", first).status()).isEqualTo(401);
        assertThat(server.get("/api/v1/auths/api_key", token).text("api_key")).isEqualTo(second);
        assertThat(server.get("/api/v1/users/all", second).status()).isEqualTo(200);

        server.settings.set(Map.of(Catalogue.ENABLE_API_KEYS, "false"), null);
        assertThat(server.get("/api/v1/users/all", second).status()).isEqualTo(403);
        assertThat(server.post("/api/v1/auths/api_key", token, "").status()).isEqualTo(403);
        server.settings.set(Map.of(Catalogue.ENABLE_API_KEYS, "true"), null);

        assertThat(server.delete("/api/v1/auths/api_key", token).body().asBoolean())
                .isTrue();
        assertThat(server.get("/api/v1/users/all", second).status()).isEqualTo(401);
        var rows = database.db().list("SELECT hash, secret_enc FROM api_key", row -> row.getString(2));
        assertThat(rows).isEmpty();
    }

    @Test
    void aRoleHoldsFromTheAnswerOn() {
        var admin = server.signUp("ada").text("token");
        var id = added(admin, "bob", "pending");
        var bob = server.signIn("bob").text("token");
        assertThat(server.get("/api/v1/users/user/settings", bob).status()).isEqualTo(401);

        server.post("/api/v1/users/" + id + "/update", admin, "{\"role\":\"user\"}");
        assertThat(server.get("/api/v1/users/user/settings", bob).status()).isEqualTo(200);
        server.post("/api/v1/users/" + id + "/update", admin, "{\"role\":\"pending\"}");
        assertThat(server.get("/api/v1/users/user/settings", bob).status()).isEqualTo(401);
        assertThat(audited("role-changed")).isEqualTo("[role-changed, role-changed]");
    }

    @Test
    void theLastAdminCanNeitherGoNorStepDown() {
        var answer = server.signUp("ada");
        var admin = answer.text("token");
        var path = "/api/v1/users/" + answer.text("id");

        var demoted = server.post(path + "/update", admin, "{\"role\":\"user\"}");

        assertThat(demoted.status()).isEqualTo(400);
        assertThat(demoted.detail()).contains("last administrator");
        assertThat(server.delete(path, admin).status()).isEqualTo(403);
        added(admin, "bob", "admin");
        assertThat(server.delete(path, admin).status()).isEqualTo(403);
        assertThat(server.delete(path, server.signIn("bob").text("token")).status())
                .isEqualTo(200);
        assertThat(server.get("/api/v1/auths/", admin).status()).isEqualTo(401);
    }

    @Test
    void aDeletedAccountLosesEverythingAtOnceAndFreesItsAddress() {
        var admin = server.signUp("ada").text("token");
        var id = added(admin, "bob", "user");
        var bob = server.signIn("bob").text("token");
        var key = server.post("/api/v1/auths/api_key", bob, "").text("api_key");
        assertThat(server.get("/api/v1/users/groups", key).status()).isEqualTo(200);

        assertThat(server.delete("/api/v1/users/" + id, admin).body().asBoolean())
                .isTrue();

        assertThat(server.get("/api/v1/users/groups", key).status()).isEqualTo(401);
        assertThat(server.get("/api/v1/users/groups", bob).status()).isEqualTo(401);
        assertThat(server.signIn("bob").status()).isEqualTo(400);
        assertThat(server.get("/api/v1/users/" + id, admin).status()).isEqualTo(404);
        assertThat(server.delete("/api/v1/users/" + id, admin).status()).isEqualTo(404);
        assertThat(added(admin, "bob", "user")).isNotEqualTo(id);
        assertThat(server.get("/api/v1/users/?page=1", admin)
                        .body()
                        .path("total")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void revokedSignInsEndAtOnceAndOtherNodesFollow() {
        var admin = server.signUp("ada").text("token");
        var id = added(admin, "bob", "user");
        var bob = server.signIn("bob").text("token");
        try (var other = new TestServer(database.db(), Map.of())) {
            assertThat(other.get("/api/v1/users/groups", bob).status()).isEqualTo(200);

            server.post("/api/v1/users/" + id + "/sessions/revoke", admin, "");

            assertThat(server.get("/api/v1/users/groups", bob).status()).isEqualTo(401);
            other.clock.pass(Duration.ofSeconds(5));
            assertThat(other.get("/api/v1/users/groups", bob).status()).isEqualTo(401);
        }
    }

    @Test
    void settingsAreMergedFieldByFieldAndNullRemoves() {
        var token = server.signUp("ada").text("token");
        assertThat(server.get("/api/v1/users/user/settings", token).body().isNull())
                .isTrue();

        server.post("/api/v1/users/user/settings/update", token, "{\"ui\":{\"a\":1,\"b\":{\"c\":2}}}");
        var merged = server.post("/api/v1/users/user/settings/update", token, "{\"ui\":{\"a\":null,\"d\":3}}");
        var large = server.post(
                "/api/v1/users/user/settings/update", token, "{\"ui\":{\"e\":\"" + "x".repeat(300_000) + "\"}}");

        assertThat(merged.body()).hasToString("{\"ui\":{\"b\":{\"c\":2},\"d\":3}}");
        assertThat(large.status()).isEqualTo(400);
        assertThat(server.get("/api/v1/users/user/settings", token).body()).isEqualTo(merged.body());
        var nothing = server.post("/api/v1/users/user/settings/update", token, "{\"ui\":null}");
        assertThat(nothing.body()).as("null as a whole changes nothing").isEqualTo(merged.body());
    }

    @Test
    void whatPeopleSayOfThemselvesIsShownAndCanBeTakenBack() {
        var ada = server.signUp("ada");
        var token = ada.text("token");
        var path = "/api/v1/auths/update/profile";
        server.post(path, token, """
                {"name":"Ada","bio":"I count.","gender":"female","date_of_birth":"1815-12-10"}""");
        server.post("/api/v1/auths/update/timezone", token, "{\"timezone\":\"Europe/London\"}");
        var seen = server.get("/api/v1/users/" + ada.text("id") + "/info", token);
        assertThat(seen.text("bio")).isEqualTo("I count.");
        assertThat(seen.text("timezone")).isEqualTo("Europe/London");
        assertThat(seen.body().has("date_of_birth")).isFalse();
        assertThat(seen.body().path("groups").isArray()).isTrue();
        assertThat(server.get("/api/v1/users/" + ada.text("id"), token).text("date_of_birth"))
                .isEqualTo("1815-12-10");

        for (var bad : List.of("yesterday", "1815-13-10", "")) {
            var refused = server.post(path, token, "{\"name\":\"Ada\",\"date_of_birth\":\"" + bad + "\"}");
            assertThat(refused.status()).as(bad).isEqualTo(422);
        }
        server.post(path, token, "{\"name\":\"Ada\",\"bio\":null,\"date_of_birth\":null}");
        var own = server.get("/api/v1/auths/", token).body();
        assertThat(own.path("bio").isNull() && own.path("date_of_birth").isNull())
                .isTrue();
        assertThat(own.path("gender").asText()).isEqualTo("female");
    }

    @Test
    void theAddressAtGravatarIsMadeHere() {
        var token = server.signUp("ada").text("token");
        // the example of Gravatar's documentation
        assertThat(server.get("/api/v1/utils/gravatar?email=%20MyEmailAddress@example.com%20", token)
                        .body()
                        .asText())
                .isEqualTo("https://www.gravatar.com/avatar/"
                        + "84059b07d4be67b806386c0aad8070a23f18836bbaae342275dc0a83414c32ee?d=mp");
        assertThat(server.get("/api/v1/utils/gravatar", token).status()).isEqualTo(422);
    }

    @Test
    void usersAreListedInPagesAndFoundByTheirText() {
        var admin = server.signUp("ada").text("token");
        database.db().transaction(() -> {
            for (int i = 0; i < 40; i++) {
                server.accounts
                        .store()
                        .insert(
                                "id" + i,
                                "n" + i + "@example.org",
                                i == 7 ? "100% Tom_" : i == 8 ? "Özlem Ünal" : "n" + i,
                                carafe.platform.http.Caller.Role.USER,
                                "-",
                                carafe.platform.http.Json.mapper().createObjectNode());
            }
            return true;
        });

        var first = server.get("/api/v1/users/?page=1", admin).body();
        var second = server.get("/api/v1/users/?page=2&order_by=created_at&direction=asc", admin)
                .body();

        assertThat(first.path("total").asInt()).isEqualTo(41);
        assertThat(first.path("users")).hasSize(30);
        assertThat(second.path("users")).hasSize(11);
        assertThat(server.get("/api/v1/users/?page=99", admin).body().path("users"))
                .isEmpty();
        assertThat(server.get("/api/v1/users/?query=%25%20tom_", admin)
                        .body()
                        .path("total")
                        .asInt())
                .isEqualTo(1);
        for (var typed : List.of("%C3%B6zlem", "%C3%96zlem", "%C3%B6zlem%20%C3%BCnal", "%C3%BCn")) {
            assertThat(server.get("/api/v1/users/?query=" + typed, admin)
                            .body()
                            .at("/users/0/name")
                            .asText())
                    .as(typed)
                    .isEqualTo("Özlem Ünal");
        }
        assertThat(server.get("/api/v1/users/?query=%25", admin)
                        .body()
                        .path("total")
                        .asInt())
                .isEqualTo(1);
        assertThat(server.get("/api/v1/users/?page=0", admin).status()).isEqualTo(422);
        assertThat(server.get("/api/v1/users/?order_by=password_hash", admin).status())
                .isEqualTo(200);
    }

    @Test
    void adminsChangeSettingsThatOtherNodesLearn() {
        var admin = server.signUp("ada").text("token");
        var shown = server.get("/api/v1/auths/admin/config", admin).body();
        assertThat(shown.path("ENABLE_SIGNUP").asBoolean()).isFalse();
        assertThat(shown.path("JWT_EXPIRES_IN").asText()).isEqualTo("4w");

        assertThat(server.post("/api/v1/auths/admin/config", admin, shown.toString())
                        .body())
                .isEqualTo(shown);
        assertThat(database.db().list("SELECT key FROM setting", row -> row.getString(1)))
                .isEmpty();
        var changed = server.post(
                "/api/v1/auths/admin/config", admin, "{\"ENABLE_SIGNUP\":true,\"DEFAULT_USER_ROLE\":\"pending\"}");
        var wrong = server.post("/api/v1/auths/admin/config", admin, "{\"JWT_EXPIRES_IN\":\"soon\"}");

        assertThat(changed.body().path("ENABLE_SIGNUP").asBoolean()).isTrue();
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(server.signUp("bob").text("role")).isEqualTo("pending");
        var other = new LiveSettings(database.db(), server.keys, Map.of("ENABLE_SIGNUP", "false"), server.clock);
        assertThat(other.isOn(Catalogue.ENABLE_SIGNUP)).isTrue();
        server.post("/api/v1/auths/admin/config", admin, "{\"ENABLE_SIGNUP\":false}");
        assertThat(other.isOn(Catalogue.ENABLE_SIGNUP)).isTrue();
        other.refresh();
        assertThat(other.isOn(Catalogue.ENABLE_SIGNUP)).isFalse();
    }

    @Test
    void picturesAreServedAsWhatTheyAre() {
        var token = server.signUp("ada").text("token");
        var path = server.get("/api/v1/auths/", token).text("profile_image_url");
        var drawn = server.get(path, token);
        server.post(
                "/api/v1/auths/update/profile",
                token,
                "{\"name\":\"Ada L.\",\"profile_image_url\":\"data:image/png;base64,iVBORw0KGgo=\"}");
        var given = server.get(path, token);
        var same = server.post(
                "/api/v1/auths/update/profile", token, "{\"name\":\"Ada\",\"profile_image_url\":\"" + path + "\"}");

        assertThat(drawn.raw().headers().firstValue("Content-Type").orElse("")).startsWith("image/svg+xml");
        assertThat(given.raw().headers().firstValue("Content-Type")).hasValue("image/png");
        assertThat(given.raw().headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(given.raw().body()).hasSize(8);
        assertThat(same.text("name")).isEqualTo("Ada");
        assertThat(server.get(path, token).raw().body()).hasSize(8);
    }

    @Test
    void whoWasSeenIsWrittenDownLater() {
        var answer = server.signUp("ada");
        server.clock.pass(Duration.ofMinutes(10));
        var path = "/api/v1/users/" + answer.text("id") + "/active";
        assertThat(server.get(path, answer.text("token")).body().path("active").asBoolean())
                .isFalse();

        server.accounts.keepUp();

        assertThat(server.get(path, answer.text("token")).body().path("active").asBoolean())
                .isTrue();
    }
}
