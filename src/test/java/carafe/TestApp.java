package carafe;

import carafe.platform.config.Config;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The whole server on a free port with its data in a folder of the test, and a client that speaks to it as a user. */
public final class TestApp implements AutoCloseable {
    /** Somebody signed in. */
    public record User(String id, String token) {}

    /** Coarse, so that what is sorted by time alone is seen to be in disorder. */
    private static final Clock CLOCK = Clock.tick(Clock.systemUTC(), Duration.ofMillis(200));

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final @org.jspecify.annotations.Nullable App app;
    private final String base;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor())
            .build();

    private final RouteCalls calls = RouteCalls.ofCallingTest();
    private Runnable afterwards = () -> {};

    private TestApp(@org.jspecify.annotations.Nullable App app, String base) {
        this.app = app;
        this.base = base;
    }

    /** A client of a server that runs elsewhere, for example as a process of its own. */
    public static TestApp at(String base) {
        return new TestApp(null, base);
    }

    /** @param settings variables beside those that every test needs, as name and value in turn */
    public static TestApp start(Path folder, String... settings) {
        var variables = new HashMap<>(Map.of(
                "PORT", "0",
                "HOST", "127.0.0.1",
                "DATA_DIR", folder.toString(),
                "ENABLE_SIGNUP", "true",
                "DEFAULT_USER_ROLE", "user",
                "RATE_LIMIT_SIGNIN", "0",
                "RATE_LIMIT_SIGNUP", "0",
                "DOCKER_HOST", "unix:///nowhere/docker.sock", // only the tests of code have containers
                "LOG_STORAGE_PATH", folder.resolve("proxy-lines").toString(),
                "SHUTDOWN_TIMEOUT", "5s"));
        variables.put("COURSE_SAMPLES", "false"); // a test brings its own courses
        for (int i = 0; i < settings.length; i += 2) {
            variables.put(settings[i], settings[i + 1]);
        }
        try {
            var app = new App(Config.from(variables, folder.resolve("no.env")), CLOCK);
            app.start();
            return new TestApp(app, "http://127.0.0.1:" + app.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #start(Path, String...)}, with its tables on {@code engine}. */
    public static TestApp start(Path folder, TestDatabases engine, String... settings) {
        if (engine == TestDatabases.SQLITE) {
            return start(folder, settings);
        }
        var database = engine.empty(folder);
        var all = java.util.Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "DATABASE_URL";
        all[settings.length + 1] = database.url();
        var app = start(folder, all);
        app.afterwards = database::close;
        return app;
    }

    /** As {@link #start(Path, String...)} with the machine's container engine; waits until programs can be run. */
    public static TestApp startWithEngine(Path folder, String... settings) {
        var all = new ArrayList<>(List.of(
                "DOCKER_HOST", TestDocker.HOST,
                "CONTAINER_POOL_SIZE", "1",
                "RATE_LIMIT_EXECUTE", "0",
                "RATE_LIMIT_GLOBAL", "0"));
        all.addAll(List.of(settings));
        var app = start(folder, all.toArray(String[]::new));
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        var pool = app.containerPool();
        while (!pool.path("status").asText().equals("healthy")) {
            if (System.nanoTime() > end) {
                app.close();
                throw new AssertionError("These tests need a container engine at " + TestDocker.HOST + " and the image"
                        + " carafe-sandbox:latest (scripts/sandbox-image). The sandbox says: " + pool);
            }
            pause();
            pool = app.containerPool();
        }
        return app;
    }

    private JsonNode containerPool() {
        return json(get(null, "/health")).path("checks").path("container_pool");
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public String url(String path) {
        return base + path;
    }

    public App app() {
        return app;
    }

    /** Signs somebody up; the first one becomes admin. */
    public User signUp(String name) {
        var answer = json(send(
                null,
                "POST",
                "/api/v1/auths/signup",
                "{\"name\":\"%s\",\"email\":\"%s@example.org\",\"password\":\"correct horse\"}".formatted(name, name)));
        return new User(answer.path("id").asText(), answer.path("token").asText());
    }

    public HttpResponse<String> get(User user, String path) {
        return send(user, "GET", path, null);
    }

    public HttpResponse<String> post(User user, String path, String body) {
        return send(user, "POST", path, body);
    }

    public HttpResponse<String> send(User user, String method, String path, String body, String... headers) {
        return exchange(request(user, method, path, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    /** The answer's body while it is on its way; close it to leave. */
    public HttpResponse<InputStream> stream(User user, String method, String path, String body) {
        return exchange(request(user, method, path, body), HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpRequest request(User user, String method, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url(path)))
                .timeout(Duration.ofSeconds(60))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        if (user != null) {
            request.setHeader("Authorization", "Bearer " + user.token());
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return request.build();
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            var answer = client.send(request, handler);
            record(request.method(), request.uri().getPath(), answer.statusCode());
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Writes a call down that a test made with a client of its own. */
    public void record(String method, String path, int status) {
        calls.add(method, path, status);
    }

    public static JsonNode json(HttpResponse<String> response) {
        try {
            return MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + response.body(), e);
        }
    }

    @Override
    public void close() {
        calls.write();
        client.shutdownNow();
        if (app != null) {
            app.close();
        }
        afterwards.run();
    }
}
