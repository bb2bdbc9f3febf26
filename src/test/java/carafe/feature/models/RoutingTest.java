package carafe.feature.models;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream;
import carafe.ScriptedUpstream.Answer;
import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One model at several servers: weights, priorities, and what happens when the first ones fail. */
class RoutingTest {
    private static final String TEXT = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"good\"}}]}\n\n";
    private static final String STOP =
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    private static final String WHOLE =
            "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"good\"},\"finish_reason\":\"stop\"}]}";

    @TempDir
    Path folder;

    ScriptedUpstream bad;
    ScriptedUpstream good;
    ScriptedUpstream claude;
    TestApp app;
    TestApp.User admin;

    @BeforeEach
    void start() {
        bad = new ScriptedUpstream("m");
        good = new ScriptedUpstream("m", "special");
        claude = new ScriptedUpstream("claude");
        app = app("5m");
        admin = app.signUp("admin");
        good.on("/chat/completions", Answer.events(TEXT, STOP));
        claude.on(
                "/v1/messages",
                Answer.json(
                        "{\"id\":\"x\",\"content\":[{\"type\":\"text\",\"text\":\"good\"}],\"stop_reason\":\"end_turn\",\"usage\":{}}"));
    }

    private TestApp app(String firstToken) {
        return TestApp.start(
                folder,
                "OPENAI_API_BASE_URLS",
                bad.url() + "/v1;" + good.url() + "/v1",
                "ANTHROPIC_BASE_URL",
                claude.url(),
                "ANTHROPIC_API_KEY",
                "k",
                "UPSTREAM_FIRST_TOKEN_TIMEOUT",
                firstToken);
    }

    @AfterEach
    void stop() {
        app.close();
        bad.close();
        good.close();
        claude.close();
    }

    private static String ask(String model, boolean stream) {
        return "{\"model\":\"%s\",\"stream\":%s,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
                .formatted(model, stream);
    }

    private List<JsonNode> attempts(int least) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            var list = json(app.get(admin, "/api/v1/connections/attempts")).path("attempts");
            if (list.size() >= least || System.nanoTime() > deadline) {
                var found = new ArrayList<JsonNode>();
                list.forEach(found::add);
                return found;
            }
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 425, 429, 500, 503, 529})
    void aFailureThatMayPassIsAnotherServersTurn(int status) {
        bad.on("/chat/completions", Answer.error(status, "{\"error\":{\"message\":\"not now\"}}"));

        var answer = app.post(admin, "/v1/chat/completions", ask("m", true));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("good").endsWith("data: [DONE]\n\n");
        assertThat(bad.calls).hasValue(1);
        assertThat(attempts(2)).extracting(a -> a.path("status").asInt()).containsExactly(status, 200);
    }

    @Test
    void anErrorOfTheCallersOwnIsNobodyElsesTurn() {
        bad.on("/chat/completions", Answer.error(400, "{\"error\":{\"message\":\"too hot\"}}"));

        assertThat(app.post(admin, "/v1/chat/completions", ask("m", false)).statusCode())
                .isEqualTo(400);
        assertThat(good.calls).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "done", "comment", "error", "cut"})
    void aStreamThatNeverBeginsIsAnotherServersTurn(String how) {
        bad.on(
                "/chat/completions",
                switch (how) {
                    case "empty" -> Answer.events("");
                    case "done" -> Answer.events("data: [DONE]\n\n");
                    case "comment" -> Answer.events(": thinking\n\n");
                    case "error" -> Answer.events("data: {\"error\":{\"message\":\"overloaded\"}}\n\n");
                    default -> Answer.events(": thinking\n\n").broken();
                });

        for (var path : List.of("/v1/chat/completions", "/v1/messages")) {
            var answer = app.post(admin, path, ask("m", true));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains("good").doesNotContain("overloaded", "thinking");
        }
        assertThat(bad.calls).hasValueGreaterThanOrEqualTo(2);
    }

    @Test
    void aServerThatGivesNoTokenInTimeIsGivenUpAlthoughItKeepsTheLineBusy() {
        bad.on("/chat/completions", Answer.events(": wait\n\n", "HANG"));
        app.close();
        app = app("8s"); // long enough for the server that answers, on a busy machine too

        assertThat(app.post(admin, "/v1/chat/completions", ask("m", true)).body())
                .contains("good");
        assertThat(attempts(2).getFirst().path("code").asText()).isEqualTo("upstream_timeout");
    }

    @Test
    void aDeadServerIsSkippedAfterItsThirdFailure() {
        bad.close();
        good.on("/chat/completions", Answer.json(WHOLE));
        for (int i = 0; i < 6; i++) {
            assertThat(app.post(admin, "/v1/chat/completions", ask("m", false)).statusCode())
                    .isEqualTo(200);
        }
        assertThat(attempts(6))
                .filteredOn(a -> a.path("code").asText().equals("upstream_unreachable"))
                .hasSizeBetween(3, 4); // on a slow machine a probe may come due
    }

    @Test
    void theListTellsWhereEachModelIsCalledAndHowItFares() {
        bad.on("/chat/completions", Answer.error(429, "{\"error\":{\"message\":\"slow\"}}", "Retry-After", "60"));
        app.post(admin, "/v1/chat/completions", ask("m", true));

        var answer = json(app.get(admin, "/api/v1/connections/routes"));
        JsonNode m = null;
        for (var model : answer.path("models")) {
            m = model.path("model").asText().equals("m") ? model : m;
        }
        assertThat(m).isNotNull();
        assertThat(m.path("chosen").asBoolean()).isFalse();
        assertThat(m.path("routes")).hasSize(2);
        var circuit = m.at("/routes/0/circuit");
        assertThat(circuit.path("state").asText()).isEqualTo("open");
        assertThat(circuit.path("retry_in_ms").asLong()).isBetween(1L, 60_000L);
        assertThat(circuit.path("reason").asText()).contains("slow");
        assertThat(m.at("/routes/1/circuit/state").asText()).isEqualTo("closed");
        assertThat(answer.path("connections"))
                .anySatisfy(
                        server -> assertThat(server.path("models").toString()).contains("special"));
    }

    @Test
    void retryAfterKeepsCallsAwayAtOnce() {
        bad.on("/chat/completions", Answer.error(429, "{\"error\":{\"message\":\"slow\"}}", "Retry-After", "60"));

        app.post(admin, "/v1/chat/completions", ask("m", true));
        app.post(admin, "/v1/chat/completions", ask("m", true));

        assertThat(bad.calls).hasValue(1);
        assertThat(good.calls).hasValue(2);
    }

    @Test
    void routesMaySpanProtocolsAndNames() throws Exception {
        bad.on("/chat/completions", Answer.error(503, "{}"));
        var routes = """
                {"routes":[{"connection_id":"env-0","upstream_name":"m","priority":0},
                           {"connection_id":"env-2","upstream_name":"claude","priority":1}]}""";
        var put = app.send(admin, "PUT", "/api/v1/connections/routes/team/best", routes);
        assertThat(put.statusCode()).as(put.body()).isEqualTo(200);

        var answer = json(app.post(admin, "/v1/chat/completions", ask("team/best", false)));
        assertThat(answer.path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asText())
                .isEqualTo("good");
        assertThat(claude.requests.take().body().path("model").asText()).isEqualTo("claude");
        assertThat(bad.requests.take().body().path("model").asText()).isEqualTo("m");
        assertThat(json(app.get(admin, "/v1/models")).path("data").findValuesAsText("id"))
                .contains("team/best");

        app.send(admin, "PUT", "/api/v1/connections/routes/team/best", "{\"routes\":[]}");
        assertThat(app.post(admin, "/v1/chat/completions", ask("team/best", false))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void weightsShareTheCalls() {
        bad.on("/chat/completions", Answer.json(WHOLE));
        good.on("/chat/completions", Answer.json(WHOLE));
        app.send(admin, "PUT", "/api/v1/connections/routes/m", """
                {"routes":[{"connection_id":"env-0","weight":3},{"connection_id":"env-1","weight":1}]}""");
        for (int i = 0; i < 80; i++) {
            app.post(admin, "/v1/chat/completions", ask("m", false));
        }
        assertThat(bad.calls.get()).isBetween(35, 78); // 60 expected, six standard deviations
        assertThat(bad.calls.get() + good.calls.get()).isEqualTo(80);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"routes\":[7]}",
                "{\"routes\":[{}]}",
                "{\"routes\":[{\"connection_id\":\"nope\"}]}",
                "{\"routes\":[{\"connection_id\":\"env-0\",\"weight\":-1}]}",
                "{\"routes\":[{\"connection_id\":\"env-0\"},{\"connection_id\":\"env-0\"}]}"
            })
    void badRoutesAreRefusedWhole(String body) {
        assertThat(app.send(admin, "PUT", "/api/v1/connections/routes/m", body).statusCode())
                .isIn(400, 422);
        assertThat(json(app.get(admin, "/api/v1/connections/routes"))
                        .path("routes")
                        .size())
                .isZero();
    }
}
