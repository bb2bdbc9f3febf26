package carafe.feature.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import carafe.platform.db.TestDatabase;
import carafe.platform.db.TestDatabases;
import carafe.platform.http.Access;
import carafe.platform.http.Routes;
import carafe.platform.http.Surface;
import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets past which route, for every route there is, and what happens to requests that are not in order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTest {

    private TestDatabase database;
    private TestServer server;
    private String admin;
    private String user;
    private String pending;
    private String key;

    @BeforeAll
    void open(@TempDir Path folder) {
        database = TestDatabases.SQLITE.open(folder);
        server = new TestServer(database.db(), Map.of("ENABLE_SIGNUP", "true", "DEFAULT_USER_ROLE", "pending"));
        admin = server.signUp("ada").text("token");
        pending = server.signUp("pam").text("token");
        var bob = server.signUp("bob");
        user = bob.text("token");
        assertThat(server.post("/api/v1/users/" + bob.text("id") + "/update", admin, "{\"role\":\"user\"}")
                        .status())
                .isEqualTo(200);
        key = server.post("/api/v1/auths/api_key", admin, "").text("api_key");
    }

    @AfterAll
    void close() {
        server.close();
        database.close();
    }

    private void everyRoute(Predicate<Access> which, String token, Integer... expected) {
        var routes = server.routes().stream()
                .filter(route -> which.test(route.rule().access()))
                .toList();
        assertThat(routes).isNotEmpty();
        assertAll(routes.stream()
                .map(route -> () -> assertThat(ask(route, token))
                        .as(route.method() + " " + route.path())
                        .isIn((Object[]) expected)));
    }

    private int ask(Routes.Declared route, String token) {
        Map<String, String> headers = token.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + token);
        var body = route.method().equals("POST") ? "{}" : "";
        return server.send(route.method(), route.path().replace("{id}", "nobody"), body, headers)
                .status();
    }

    @Test
    void aStrangerIsAskedToSignInWhereverARouteIsNotPublic() {
        everyRoute(access -> access != Access.PUBLIC, "", 401);
    }

    @Test
    void aPlainUserIsKeptFromEveryRouteOfAdmins() {
        everyRoute(access -> access == Access.ADMIN, user, 401);
    }

    /** As 401, where the front end of Open WebUI looks for that; the local chat's API says what it is. */
    @Test
    void whoWaitsForApprovalIsKeptFromEveryRouteOfUsersAndAdmins() {
        var closed = server.routes().stream()
                .filter(route ->
                        route.rule().access() == Access.USER || route.rule().access() == Access.ADMIN)
                .toList();
        assertThat(closed).isNotEmpty();
        assertAll(closed.stream()
                .map(route -> () -> assertThat(ask(route, pending))
                        .as(route.method() + " " + route.path())
                        .isEqualTo(route.rule().surface() == Surface.WEBUI ? 401 : 403)));
    }

    @Test
    void anApiKeyIsKeptFromEveryRouteOfSignIns() {
        everyRoute(access -> access == Access.ANY_SESSION, key, 403);
    }

    @Test
    void theAdminGetsPastEveryGuard() {
        // also told: nothing falls over on an empty object or an unknown id
        everyRoute(access -> access == Access.ADMIN || access == Access.USER, admin, 200, 400, 404, 422);
    }

    static Stream<String> brokenTokens() {
        var header = base64("{\"alg\":\"none\",\"typ\":\"JWT\"}");
        var claims = base64("{\"id\":\"x\",\"jti\":\"y\"}");
        var foreign = JWT.create().withClaim("id", "x").withJWTId("y").sign(Algorithm.HMAC256("another secret"));
        return Stream.of(
                header + "." + claims + ".",
                foreign,
                foreign.substring(0, foreign.lastIndexOf('.')) + ".",
                "..",
                "a.b.c",
                "sk-",
                "sk-" + "0".repeat(32),
                "sk-' OR '1'='1",
                "x".repeat(3000),
                "é");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("brokenTokens")
    void aTokenThatDoesNotHoldIsNobody(String token) {
        assertThat(server.get("/api/v1/auths/", token).status()).isEqualTo(401);
        assertThat(server.send("GET", "/api/v1/users/groups", "", Map.of("x-api-key", token))
                        .status())
                .isEqualTo(401);
        assertThat(server.get("/api/config", token).status()).isEqualTo(200);
    }

    @Test
    void aTokenChangedByOneLetterIsNobody() {
        int at = admin.lastIndexOf('.') + 5;
        var changed = admin.substring(0, at) + (admin.charAt(at) == 'A' ? 'B' : 'A') + admin.substring(at + 1);

        assertThat(server.get("/api/v1/auths/", changed).status()).isEqualTo(401);
    }

    @Test
    void everyOtherLastLetterIsNobody() {
        var rest = admin.substring(0, admin.length() - 1);
        for (char last : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray()) {
            if (last != admin.charAt(admin.length() - 1)) {
                assertThat(server.get("/api/v1/auths/", rest + last).status())
                        .as("%s", last)
                        .isEqualTo(401);
            }
        }
    }

    @Test
    void aKeyInTheCookieIsNobody() {
        assertThat(server.send("GET", "/api/v1/users/groups", "", Map.of("Cookie", "token=" + key))
                        .status())
                .isEqualTo(401);
    }

    record Bad(String body, int status) {}

    static Stream<Bad> badBodies() {
        return Stream.of(
                new Bad("{", 400),
                new Bad("nonsense", 400),
                new Bad("[]", 422),
                new Bad("\"text\"", 422),
                new Bad("{}", 422),
                new Bad("{\"email\":5,\"password\":\"x\",\"name\":\"x\"}", 422),
                new Bad("{\"email\":null,\"password\":\"x\",\"name\":\"x\"}", 422),
                new Bad("{\"email\":{\"a\":1},\"password\":[],\"name\":true}", 422),
                new Bad("{\"email\":\"" + "e".repeat(300) + "\",\"password\":\"x\",\"name\":\"x\"}", 422),
                new Bad("{\"email\":\"a@b\",\"password\":\"" + "p".repeat(5000) + "\",\"name\":\"x\"}", 422),
                new Bad("{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}", 400),
                new Bad("{\"a\":\"" + "x".repeat(2_000_000) + "\"}", 413));
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void aBodyThatIsNotInOrderIsAnsweredWithASentence(Bad bad) {
        for (var path : List.of("/api/v1/auths/signup", "/api/v1/auths/signin", "/api/v1/auths/add")) {
            var answer = server.post(path, admin, bad.body());
            assertThat(answer.status()).as(path + ": " + answer.detail()).isEqualTo(bad.status());
            assertThat(answer.detail()).isNotBlank();
        }
    }

    static Stream<String> badAccounts() {
        return Stream.of(
                "{\"name\":\"x\",\"email\":\"no address\",\"password\":\"x\"}",
                "{\"name\":\"x\",\"email\":\"a@b@c\",\"password\":\"x\"}",
                "{\"name\":\"  \",\"email\":\"a@b.c\",\"password\":\"x\"}",
                "{\"name\":\"x\",\"email\":\"a@b.c\",\"password\":\"" + "é".repeat(37) + "\"}",
                "{\"name\":\"x\",\"email\":\"ADA@example.org\",\"password\":\"x\"}",
                "{\"name\":\"x\",\"email\":\"a@b.c\",\"password\":\"x\",\"profile_image_url\":\"javascript:alert(1)\"}",
                "{\"name\":\"x\",\"email\":\"a@b.c\",\"password\":\"x\",\"profile_image_url\":\"//evil.example\"}",
                "{\"name\":\"x\",\"email\":\"a@b.c\",\"password\":\"x\",\"profile_image_url\":\"/\\\\evil.example\"}",
                "{\"name\":\"x\",\"email\":\"a@b.c\",\"password\":\"x\",\"profile_image_url\":\"data:image/svg+xml;base64,AAAA\"}",
                "{\"name\":\"x\",\"email\":\"a@b.c\",\"password\":\"x\",\"profile_image_url\":\"data:text/html;base64,AAAA\"}");
    }

    @ParameterizedTest
    @MethodSource("badAccounts")
    void anAccountThatCannotBeIsRefused(String body) {
        var answer = server.post("/api/v1/auths/signup", "", body);

        assertThat(answer.status()).as(answer.detail()).isEqualTo(400);
        assertThat(answer.detail()).isNotBlank();
    }

    @Test
    void anEmptyBodyAndAWrongTypeAreToldApart() {
        var form = Map.of("Content-Type", "application/x-www-form-urlencoded");

        assertThat(server.post("/api/v1/auths/signin", "", "").status()).isEqualTo(400);
        assertThat(server.send("POST", "/api/v1/auths/signin", "email=a", form).status())
                .isEqualTo(415);
    }

    @Test
    void theMethodCannotBeOverridden() {
        var headers = Map.of("Authorization", "Bearer " + admin, "X-HTTP-Method-Override", "DELETE");

        assertThat(server.send("POST", "/api/v1/auths/api_key", "", headers).status())
                .isEqualTo(400);
    }

    @Test
    void anotherSiteCannotWriteWithTheReadersCookie() {
        for (var foreign : List.of(
                Map.of("Sec-Fetch-Site", "cross-site"),
                Map.of("Sec-Fetch-Site", "same-site"),
                Map.of("Origin", "https://evil.example"),
                Map.of("Origin", "null"))) {
            var headers = new java.util.HashMap<>(foreign);
            headers.put("Cookie", "token=" + admin);
            assertThat(server.send("POST", "/api/v1/auths/api_key", "", headers).status())
                    .as(foreign.toString())
                    .isEqualTo(403);
        }
        assertThat(server.get("/api/v1/auths/api_key", admin).text("api_key")).isEqualTo(key);
    }
}
