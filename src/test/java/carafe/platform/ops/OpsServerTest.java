package carafe.platform.ops;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.config.Secret;
import carafe.platform.http.Access;
import carafe.platform.http.Authenticator;
import carafe.platform.http.Caller;
import carafe.platform.http.Cors;
import carafe.platform.http.HttpServer;
import carafe.platform.http.Json;
import carafe.platform.http.Limits;
import carafe.platform.http.Networks;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpsServerTest {
    private static final Authenticator WHO =
            (credentials, address) -> credentials.token().equals("admin-token")
                    ? new Caller.Person("1", 1, "Ann", "ann@example.org", Caller.Role.ADMIN, "login")
                    : new Caller.Anonymous(address);

    private final AtomicReference<HealthCheck.Body> database = new AtomicReference<>(HealthCheck.Result::healthy);
    private final AtomicReference<HealthCheck.Body> provider = new AtomicReference<>(HealthCheck.Result::healthy);
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private final Readiness readiness = new Readiness();
    private final Metrics metrics = new Metrics();
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer server;

    @BeforeEach
    void start() {
        var health = new Health(
                List.of(
                        HealthCheck.essential("database", () -> {
                            asked.incrementAndGet();
                            return database.get().run();
                        }),
                        HealthCheck.optional(
                                "ai_provider",
                                List.of("deepseek_api"),
                                () -> provider.get().run())),
                Duration.ofMillis(300));
        health.measureIn(metrics);
        var settings = new HttpServer.Settings(
                "127.0.0.1", 0, Duration.ofSeconds(2), Networks.parse(List.of()), new Cors(List.of(), false));
        server = new HttpServer(
                settings, Json.mapper(), WHO, new Limits(area -> 0), new RequestLog(metrics, 50), routes -> {
                    new HealthRoutes(health, readiness, Clock.systemUTC()).register(routes);
                    new MetricsRoutes(metrics, new Secret("prometheus")).register(routes);
                    routes.get("/things/{id}", Rule.of(Surface.WEBUI, Access.PUBLIC), ctx -> ctx.result("thing"));
                    routes.get("/slow", Rule.of(Surface.WEBUI, Access.PUBLIC), ctx -> {
                        inside.countDown();
                        assertThat(leave.await(20, TimeUnit.SECONDS)).isTrue();
                    });
                });
        server.start();
    }

    @AfterEach
    void stop() {
        leave.countDown();
        client.shutdownNow();
        server.close();
        metrics.close();
    }

    private HttpResponse<String> get(String path, String token) throws IOException, InterruptedException {
        return client.send(request("GET", path, token), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String method, String path, String token) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        return (token.isEmpty() ? request : request.header("Authorization", "Bearer " + token)).build();
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return new ObjectMapper().readTree(response.body());
    }

    @Test
    void healthHasTheShapeOfTheContract() throws Exception {
        var response = get("/health", "");

        assertThat(response.statusCode()).isEqualTo(200);
        var body = json(response);
        assertThat(body.path("status").asText()).isEqualTo("healthy");
        assertThat(body.path("timestamp").asText()).endsWith("Z");
        assertThat(body.at("/checks/database/status").asText()).isEqualTo("healthy");
        assertThat(body.at("/checks/database/latency_ms").isNumber()).isTrue();
        assertThat(body.at("/checks/deepseek_api")).isEqualTo(body.at("/checks/ai_provider"));
    }

    @Test
    void aFailingDatabaseIsUnhealthyAndOnlyAdministratorsSeeWhy() throws Exception {
        database.set(() -> {
            throw new IOException("no route to db.internal:5432 password=geheim");
        });

        var strangers = get("/health", "");
        var admins = get("/health", "admin-token");

        assertThat(strangers.statusCode()).isEqualTo(503);
        assertThat(json(strangers).path("status").asText()).isEqualTo("unhealthy");
        assertThat(strangers.body()).doesNotContain("db.internal").doesNotContain("geheim");
        assertThat(admins.body()).contains("db.internal").doesNotContain("geheim");
        assertThat(get("/health/db", "").statusCode()).isEqualTo(503);
    }

    @Test
    void aFailingProviderIsOnlyDegraded() throws Exception {
        provider.set(() -> HealthCheck.Result.degraded("no model connection yet"));

        var response = get("/health", "");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).path("status").asText()).isEqualTo("degraded");
        assertThat(json(response).at("/checks/deepseek_api/details").asText()).isEqualTo("no model connection yet");
    }

    @Test
    void aHangingCheckDoesNotHoldUpTheAnswerAndRunsOnlyOnce() throws Exception {
        database.set(() -> {
            while (!leave.await(20, TimeUnit.SECONDS)) {
                Thread.onSpinWait();
            }
            return HealthCheck.Result.healthy();
        });

        for (int i = 0; i < 5; i++) {
            var response = get("/health", "admin-token");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(json(response).at("/checks/database/error").asText()).isNotEmpty();
        }
        assertThat(get("/health/live", "").statusCode()).isEqualTo(200);
        assertThat(asked.get()).isLessThanOrEqualTo(5);
    }

    @Test
    void aFloodOfProbesAsksTheDatabaseNoMoreThanOnceASecond() throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            assertThat(get("/health", "").statusCode()).isEqualTo(200);
        }
        long seconds = (System.nanoTime() - start) / 1_000_000_000;

        assertThat(asked.get()).isLessThanOrEqualTo((int) seconds + 1);
    }

    @Test
    void readyFollowsTheSwitch() throws Exception {
        assertThat(get("/health/ready", "").statusCode()).isEqualTo(503);
        assertThat(json(get("/ready", "")).path("status").asBoolean(true)).isFalse();
        readiness.started();
        assertThat(json(get("/health/ready", "")).path("status").asText()).isEqualTo("ready");
        assertThat(json(get("/ready", "")).path("status").asBoolean()).isTrue();
        readiness.stopping();
        var stopping = get("/health/ready", "");
        assertThat(stopping.statusCode()).isEqualTo(503);
        assertThat(json(stopping).path("status").asText()).isEqualTo("not_ready");
        assertThat(json(get("/health/live", "")).path("status").asText()).isEqualTo("alive");
    }

    @Test
    void metricsAreForAdministratorsAndTheToken() throws Exception {
        assertThat(get("/metrics", "").statusCode()).isEqualTo(401);
        assertThat(get("/metrics", "prometheuS").statusCode()).isEqualTo(401);
        assertThat(get("/metrics", "admin-token").statusCode()).isEqualTo(200);
        var response = get("/metrics", "prometheus");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
        assertThat(response.body())
                .contains("jvm_memory_used_bytes", "jvm_threads_live_threads", "process_cpu_usage")
                .contains("process_files_open_files", "jvm_gc_")
                .contains("app_health_status{component=\"database\"} 1.0");
    }

    @Test
    void requestsAreCountedUnderTheirTemplateHoweverManyPathsThereAre() throws Exception {
        for (int i = 0; i < 50; i++) {
            get("/things/" + i, "");
            get("/nothing/" + i, "");
            client.send(request("BREW" + i, "/nothing/" + i, ""), HttpResponse.BodyHandlers.ofString());
        }

        var text = get("/metrics", "prometheus").body();

        assertThat(text)
                .contains("http_requests_total{endpoint=\"/things/{id}\",method=\"GET\",status_code=\"200\"} 50.0")
                .contains("http_requests_total{endpoint=\"unmatched\",method=\"GET\",status_code=\"404\"} 50.0")
                .contains("endpoint=\"unmatched\",method=\"OTHER\"")
                .contains("http_request_duration_seconds_bucket{endpoint=\"/things/{id}\",method=\"GET\",le=\"0.005\"}")
                .contains("http_response_size_bytes_count{endpoint=\"/things/{id}\",method=\"GET\"} 50")
                .contains("http_response_size_bytes_sum{endpoint=\"/things/{id}\",method=\"GET\"} 250.0")
                .contains("http_request_duration_seconds_count{endpoint=\"/things/{id}\",method=\"GET\"} 50")
                .doesNotContain("BREW", "/nothing");
    }

    @Test
    void requestsInProgressAreSeenAndEndWithTheRequest() throws Exception {
        var running = client.sendAsync(request("GET", "/slow", ""), HttpResponse.BodyHandlers.ofString());
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(get("/metrics", "prometheus").body()).contains("http_requests_in_progress 2.0");
        leave.countDown();
        running.get(20, TimeUnit.SECONDS);
    }
}
