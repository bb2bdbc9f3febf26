package carafe;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.http.Access;
import carafe.platform.http.Permission;
import carafe.platform.http.Routes;
import carafe.platform.http.Surface;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every route there is, tried by a stranger, a pending account and a plain user. */
class RouteAccessTest {
    /** What strangers may reach; a new entry here is a decision. */
    private static final Set<String> PUBLIC = Set.of(
            "/",
            "/carafe",
            "/carafe/assets/{hash}/<path>",
            "/c/{id}",
            "/run",
            "/learn",
            "/learn/{course}",
            "/learn/{course}/{lesson}",
            "/teach/{course}",
            "/teach/{course}/{tab}",
            "/workflows",
            "/workflows/{id}",
            "/workflows/{id}/{tab}",
            "/settings",
            "/settings/{tab}",
            "/admin",
            "/admin/{tab}",
            "/signin",
            "/carafe/c/{id}",
            "/carafe/run",
            "/carafe/learn",
            "/carafe/learn/{course}",
            "/carafe/learn/{course}/{lesson}",
            "/carafe/teach/{course}",
            "/carafe/teach/{course}/{tab}",
            "/carafe/workflows",
            "/carafe/workflows/{id}",
            "/carafe/workflows/{id}/{tab}",
            "/carafe/settings",
            "/carafe/settings/{tab}",
            "/carafe/admin",
            "/carafe/admin/{tab}",
            "/carafe/signin",
            "/favicon.svg",
            "/favicon.ico",
            "/carafe/favicon.svg",
            "/carafe/manifest.webmanifest",
            "/robots.txt",
            "/.well-known/agent-card.json",
            "/workflow/v1/a2a/agent-card.json",
            "/workflow/v1/a2a/.well-known/agent-card.json",
            "/health",
            "/health/live",
            "/health/ready",
            "/health/db",
            "/ready",
            "/metrics",
            "/config",
            "/api/config",
            "/api/health",
            "/api/ws/chat", // checks for itself, as proofs may stand in its address: DoorTest
            "/api/version",
            "/version",
            "/api/changelog",
            "/api/v1/chats/share/{id}",
            "/api/v1/errors",
            "/api/v1/openapi.json",
            "/api/v1/docs",
            "/api/v1/redoc",
            "/ws/socket.io",
            "/ollama/",
            "/workflow/v1/files/{id}/{name}",
            "/workflow/v1/health",
            "/api/v1/auths/signin",
            "/api/v1/auths/signup",
            "/api/v1/auths/signout");

    private static final Set<Permission> TEACHERS =
            Set.of(Permission.MANAGE_COURSES, Permission.VIEW_GRADEBOOK, Permission.OVERRIDE_DEADLINES);

    @TempDir
    static Path folder;

    static TestApp app;
    static TestApp.User admin;
    static TestApp.User pending;
    static TestApp.User user;

    @BeforeAll
    static void start() {
        app = TestApp.start(folder, "DEFAULT_USER_ROLE", "pending");
        admin = app.signUp("admin");
        pending = app.signUp("pending");
        user = app.signUp("user");
        app.post(admin, "/api/v1/users/" + user.id() + "/update", "{\"role\":\"user\"}");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    static List<Routes.Declared> endpoints() {
        return app.app().http().endpoints();
    }

    static Stream<Routes.Declared> closed() {
        return endpoints().stream()
                .filter(route -> route.rule().access() != Access.PUBLIC
                        && !route.method().equals("WS"));
    }

    private static int status(TestApp.User who, Routes.Declared route) {
        var path = route.path().replaceAll("[{<][a-z_]+[}>]", "x");
        var body = Set.of("POST", "PUT", "PATCH").contains(route.method()) ? "{}" : null;
        var answer = app.send(who, route.method(), path, body);
        if (route.rule().surface() != Surface.FLOW || answer.statusCode() != 200) {
            return answer.statusCode();
        }
        // this API answers every error with 200 and a number: a missing header, an unknown key, no right
        return switch (TestApp.json(answer).path("message").asText()) {
            case String said when said.equals("authorization header is required") -> 401;
            case String said when said.startsWith("The key is not known") -> 401;
            default -> TestApp.json(answer).path("code").asInt() == 20005 ? 403 : 200;
        };
    }

    @Test
    void onlyTheNamedRoutesArePublic() {
        assertThat(endpoints().stream()
                        .filter(route -> route.rule().access() == Access.PUBLIC)
                        .map(Routes.Declared::path))
                .isSubsetOf(PUBLIC);
    }

    @ParameterizedTest
    @MethodSource("closed")
    void strangersAndForgersGet401(Routes.Declared route) {
        assertThat(status(null, route)).isEqualTo(401);
        assertThat(status(new TestApp.User("", "sk-0123456789abcdef0123456789abcdef"), route))
                .isEqualTo(401);
    }

    @ParameterizedTest
    @MethodSource("closed")
    void rolesThatAreTooLowGet401Or403(Routes.Declared route) {
        var permission = route.rule().permission();
        if (route.rule().access() == Access.ADMIN || permission != null && TEACHERS.contains(permission)) {
            assertThat(status(user, route)).isIn(401, 403);
        }
        if (Set.of(Access.ADMIN, Access.USER, Access.FLOW).contains(route.rule().access())) {
            assertThat(status(pending, route)).isIn(401, 403);
        }
    }

    static Stream<Routes.Declared> readable() {
        return endpoints().stream()
                .filter(route -> route.method().equals("GET") && !route.path().contains("?"));
    }

    /** Also where GET would go on for ever. */
    @ParameterizedTest
    @MethodSource("readable")
    void aHeadIsAGetWithoutItsBody(Routes.Declared route) {
        var path = route.path().replaceAll("[{<][a-z_]+[}>]", "x");
        if (route.rule().access() != Access.PUBLIC && route.rule().surface() != Surface.FLOW) {
            assertThat(app.send(null, "HEAD", path, null).statusCode()).isEqualTo(401);
        }
        var head = app.send(admin, "HEAD", path, null);
        assertThat(head.statusCode()).isLessThan(500).isNotEqualTo(405);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void aHeadTellsWhatAGetWould() {
        for (var path : List.of("/api/v1/chats/", "/api/v1/chats/nope", "/health", "/api/config", "/carafe/signin")) {
            var get = app.send(admin, "GET", path, null);
            var head = app.send(admin, "HEAD", path, null);
            assertThat(head.statusCode()).as(path).isEqualTo(get.statusCode());
            assertThat(head.headers().firstValue("Content-Type"))
                    .as(path)
                    .isEqualTo(get.headers().firstValue("Content-Type"));
        }
    }

    @Test
    void theBusiestRoutesAreFoundFirst() {
        assertThat(endpoints().subList(0, 2).stream().map(Routes.Declared::path))
                .containsExactly("/v1/chat/completions", "/v1/embeddings");
    }

    @Test
    void unknownPathsOfTheApisAreJson() {
        for (var path : List.of("/api/nope", "/v1/nope", "/openai/nope", "/ollama/nope", "/api/v1/nope/x")) {
            var answer = app.send(admin, "GET", path, null, "Accept", "text/html");
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(TestApp.json(answer).has("detail")).isTrue();
            assertThat(TestApp.json(answer).has("error")).isTrue();
        }
        assertThat(app.send(admin, "PATCH", "/v1/models", "{}").statusCode()).isEqualTo(405);
    }
}
