package carafe.feature.evaluations;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class EvaluationsTest {
    private static final String EVALUATIONS = "/api/v1/evaluations";

    private final TestDatabases engine;
    private TestApp app;
    private TestApp.User admin;
    private TestApp.User ann;
    private TestApp.User bob;

    EvaluationsTest(TestDatabases engine) {
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

    private JsonNode ok(TestApp.User who, String path, String body) {
        var answer = body == null ? app.get(who, EVALUATIONS + path) : app.post(who, EVALUATIONS + path, body);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private String rate(TestApp.User who, String model, int rating, String sibling, String tag) {
        return ok(who, "/feedback", """
                {"type":"rating","data":{"rating":%d,"model_id":"%s","sibling_model_ids":["%s"],"tags":["%s"]},
                 "meta":{"chat_id":"c"},"snapshot":{"chat":{"title":"t"}}}""".formatted(rating, model, sibling, tag))
                .path("id")
                .asText();
    }

    @Test
    void aRatingIsKeptChangedListedAndDeleted() {
        var id = rate(ann, "m", 1, "n", "code");
        var changed = ok(
                ann,
                "/feedback/" + id,
                "{\"type\":\"rating\",\"data\":{\"rating\":-1,\"model_id\":\"m\",\"reason\":\"wrong\"}}");
        assertThat(changed.at("/data/reason").asText()).isEqualTo("wrong");
        var list = ok(admin, "/feedbacks/list?order_by=updated_at&direction=desc&page=1", null);
        assertThat(list.path("total").asInt()).isEqualTo(1);
        assertThat(list.at("/items/0/user/name").asText()).isEqualTo("ann");
        assertThat(list.at("/items/0").has("snapshot")).isFalse();
        assertThat(ok(admin, "/feedbacks/list?model_id=other", null)
                        .path("total")
                        .asInt())
                .isZero();
        assertThat(ok(admin, "/feedbacks/models", null).toString()).isEqualTo("[\"m\"]");
        assertThat(ok(admin, "/feedbacks/all/export", null).at("/0/id").asText())
                .isEqualTo(id);
        assertThat(ok(admin, "/feedbacks/all/export?model_id=x", null)).isEmpty();
        assertThat(ok(admin, "/feedbacks/all/ids", null)).hasSize(1);
        assertThat(ok(ann, "/feedbacks/user", null).path("total").asInt()).isEqualTo(1);
        assertThat(ok(bob, "/feedbacks/user", null).path("total").asInt()).isZero();
        assertThat(app.send(ann, "DELETE", EVALUATIONS + "/feedback/" + id, null)
                        .body())
                .isEqualTo("true");
        assertThat(app.get(ann, EVALUATIONS + "/feedback/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void ratingsOfOthersAreNotThere() {
        var id = rate(ann, "m", 1, "n", "code");
        var unknown = TestApp.json(app.get(bob, EVALUATIONS + "/feedback/none")).path("detail");
        for (var method : List.of("GET", "POST", "DELETE")) {
            var answer = app.send(bob, method, EVALUATIONS + "/feedback/" + id, method.equals("POST") ? "{}" : null);
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(TestApp.json(answer).path("detail")).isEqualTo(unknown);
        }
        assertThat(ok(admin, "/feedback/" + id, null).at("/snapshot/chat/title").asText())
                .isEqualTo("t");
        app.send(bob, "DELETE", EVALUATIONS + "/feedbacks", null);
        assertThat(ok(ann, "/feedbacks/user", null).path("total").asInt()).isEqualTo(1);
        app.send(ann, "DELETE", EVALUATIONS + "/feedbacks", null);
        assertThat(ok(ann, "/feedbacks/user", null).path("total").asInt()).isZero();
    }

    @Test
    void theLeaderboardFollowsFromTheRatings() {
        rate(ann, "good", 1, "bad", "code");
        rate(bob, "good", 1, "bad", "code");
        rate(bob, "bad", -1, "middle", "poems");
        var entries = ok(admin, "/leaderboard?", null).path("entries");
        assertThat(entries.findValuesAsText("model_id")).containsExactly("good", "middle", "bad");
        assertThat(entries.at("/0/won").asInt()).isEqualTo(2);
        assertThat(entries.at("/0/rating").asInt()).isEqualTo(1031);
        assertThat(entries.at("/0/top_tags/0/tag").asText()).isEqualTo("code");
        assertThat(entries.at("/2/lost").asInt()).isEqualTo(3);
        assertThat(ok(admin, "/leaderboard?query=poem", null).path("entries").findValuesAsText("model_id"))
                .containsExactly("middle", "bad");
        assertThat(app.send(admin, "DELETE", EVALUATIONS + "/feedbacks/all", null)
                        .statusCode())
                .isEqualTo(200);
        assertThat(ok(admin, "/leaderboard", null).path("entries")).isEmpty();
    }

    @Test
    void badRatingsAreRefused() {
        for (var form : List.of(
                "{}",
                "{\"type\":7}",
                "{\"type\":\"rating\",\"data\":[]}",
                "{\"type\":\"rating\",\"data\":{\"rating\":5}}",
                "{\"type\":\"rating\",\"meta\":{\"x\":\"" + "y".repeat(70_000) + "\"}}")) {
            assertThat(app.post(ann, EVALUATIONS + "/feedback", form).statusCode())
                    .isEqualTo(422);
        }
        assertThat(ok(admin, "/config", null)
                        .path("ENABLE_EVALUATION_ARENA_MODELS")
                        .asBoolean())
                .isFalse();
        ok(admin, "/config", "{\"ENABLE_EVALUATION_ARENA_MODELS\":false}");
        assertThat(app.post(admin, EVALUATIONS + "/config", "{\"ENABLE_EVALUATION_ARENA_MODELS\":true}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void theRatingsOfAModelAreShownDayByDay() {
        rate(ann, "lab/m", 1, "n", "code");
        rate(bob, "lab/m", -1, "n", "code");
        rate(bob, "n", 1, "lab/m", "code");
        var week = ok(admin, "/leaderboard/lab/m/history?days=7", null);
        assertThat(week.path("model_id").asText()).isEqualTo("lab/m");
        assertThat(week.path("history")).hasSize(7);
        assertThat(week.at("/history/6/won").asInt()).isEqualTo(1);
        assertThat(week.at("/history/6/lost").asInt()).isEqualTo(1);
        assertThat(week.at("/history/0/won").asInt()).isZero();
        assertThat(ok(admin, "/leaderboard/lab/m/history", null).path("history"))
                .hasSize(30);
        assertThat(ok(admin, "/leaderboard/lab/m/history?days=0", null).path("history"))
                .hasSize(1);
        assertThat(ok(admin, "/leaderboard/unknown/history?days=0", null).path("history"))
                .isEmpty();
        assertThat(app.get(admin, EVALUATIONS + "/leaderboard/m/history?days=99999999")
                        .statusCode())
                .isEqualTo(422);
        assertThat(app.get(ann, EVALUATIONS + "/leaderboard/m/history").statusCode())
                .isEqualTo(401);
    }
}
