package carafe.feature.accounts;

import carafe.RouteCalls;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import carafe.platform.http.Cors;
import carafe.platform.http.HttpServer;
import carafe.platform.http.Json;
import carafe.platform.http.Limits;
import carafe.platform.http.Networks;
import carafe.platform.http.Routes;
import carafe.platform.jobs.TestClock;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A real server with accounts and nothing else; time stands until the test moves it. */
final class TestServer implements AutoCloseable {
    /** An answer; {@code body} is missing when it is no JSON. */
    record Answer(HttpResponse<byte[]> raw, JsonNode body) {
        int status() {
            return raw.statusCode();
        }

        String detail() {
            return body.path("detail").asText();
        }

        String text(String name) {
            return body.path(name).asText();
        }
    }

    private static final ObjectMapper JSON = Json.mapper();

    private final RouteCalls calls = RouteCalls.ofCallingTest();
    final TestClock clock = new TestClock();
    final SecretKeys keys = new SecretKeys(new Secret("a secret for tests"));
    final LiveSettings settings;
    final Accounts accounts;
    private final HttpServer http;
    private final HttpClient client = HttpClient.newHttpClient();

    /** {@code environment} is what variables say about live settings. */
    TestServer(Db db, Map<String, String> environment) {
        settings = new LiveSettings(db, keys, environment, clock);
        var mapper = Json.mapper();
        accounts = new Accounts(
                db,
                keys,
                settings,
                mapper,
                clock,
                new Accounts.Options(
                        false,
                        true,
                        java.util.Optional.empty(),
                        "Carafe",
                        "1.2.3",
                        Set.of("enable_tags_generation"),
                        java.util.Map.of()));
        http = new HttpServer(
                new HttpServer.Settings(
                        "127.0.0.1", 0, Duration.ofSeconds(20), Networks.parse(List.of()), new Cors(List.of(), false)),
                mapper,
                accounts.authenticator(),
                new Limits(area -> 0),
                end -> {},
                accounts::register);
        http.start();
    }

    List<Routes.Declared> routes() {
        return http.endpoints();
    }

    Answer get(String path, String token) {
        return send("GET", path, "", token.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + token));
    }

    Answer post(String path, String token, String body) {
        return send("POST", path, body, token.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + token));
    }

    Answer delete(String path, String token) {
        return send("DELETE", path, "", Map.of("Authorization", "Bearer " + token));
    }

    Answer send(String method, String path, String body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http.port() + path))
                .timeout(Duration.ofSeconds(60))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty() && !headers.containsKey("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        try {
            var raw = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            calls.add(method, path, raw.statusCode());
            boolean json = raw.headers().firstValue("Content-Type").orElse("").contains("json");
            return new Answer(raw, json ? JSON.readTree(raw.body()) : JSON.missingNode());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Signs up with the password {@code password of <name>}. */
    Answer signUp(String name) {
        return post("/api/v1/auths/signup", "", """
                {"name": "%1$s", "email": "%1$s@example.org", "password": "password of %1$s"}""".formatted(name));
    }

    Answer signIn(String name) {
        return signIn(name + "@example.org", "password of " + name);
    }

    Answer signIn(String email, String password) {
        return post("/api/v1/auths/signin", "", """
                {"email": "%s", "password": "%s"}""".formatted(email, password));
    }

    @Override
    public void close() {
        calls.write();
        client.close(); // first: its idle connections would hold up the server
        http.close();
        accounts.close();
        settings.close();
    }
}
