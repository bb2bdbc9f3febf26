package carafe.feature.courses;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.db.Db;
import carafe.platform.db.TestDatabase;
import carafe.platform.db.TestDatabases;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class CourseStoresTest {
    private static final LessonRef AT = new LessonRef("c", "e");

    private final TestDatabases engine;

    @TempDir
    Path folder;

    TestDatabase database;
    Db db;
    SubmissionStore submissions;
    ScoreStore scores;
    ProgressStore progress;

    CourseStoresTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void open() {
        database = engine.open(folder);
        db = database.db();
        submissions = new SubmissionStore(db, Clock.systemUTC());
        scores = new ScoreStore(db);
        progress = new ProgressStore(db, Clock.systemUTC());
        for (int i = 1; i <= 3; i++) {
            db.update(
                    "INSERT INTO account (id, num, name, role, created_at, updated_at) VALUES (?, ?, ?, 'user', 0, 0)",
                    "a" + i,
                    i,
                    "Learner " + i);
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    private long graded(String account, String status, double points, boolean gradable) {
        long id = submissions.insertQueued(account, AT, "old", 1, false, "{}");
        var grade = new SubmissionStore.Grade(status, points / 2, points, gradable, 1.5, null, "old", "[]", "");
        assertThat(submissions.grade(id, grade)).isTrue();
        assertThat(submissions.grade(id, grade)).as("a second time").isFalse();
        if (gradable) {
            scores.count(new ScoreStore.Best("c", "e", account, id, points, 1, status.equals("pass") ? 5L : null, 5));
        }
        return id;
    }

    @Test
    void theBestCountsAndAttemptsAddUp() {
        graded("a1", "fail", 1, true);
        long best = graded("a1", "pass", 2, true);
        graded("a1", "fail", 0, true);
        graded("a1", "error", 0, false);
        var found = scores.find("a1", AT).orElseThrow();
        assertThat(found.points()).isEqualTo(2);
        assertThat(found.submissionId()).isEqualTo(best);
        assertThat(found.attempts()).isEqualTo(3);
        assertThat(found.passedAt()).isEqualTo(5);
        db.transaction(() -> {
            scores.recount("a1", AT);
            return true;
        });
        var recounted = scores.find("a1", AT).orElseThrow();
        assertThat(recounted.points()).isEqualTo(2);
        assertThat(recounted.attempts()).isEqualTo(3);
        assertThat(recounted.submissionId()).isEqualTo(best);
        assertThat(recounted.passedAt()).isNotNull();
        db.transaction(() -> {
            scores.recount("a2", AT); // who has nothing gets nothing
            return true;
        });
        assertThat(scores.find("a2", AT)).isEmpty();
    }

    @Test
    void theGradebookAndTheStuckListFindPeople() {
        for (int i = 0; i < 5; i++) {
            graded("a1", "fail", 0.5, true);
        }
        graded("a2", "pass", 2, true);
        var people = scores.learners("c", "", 10, 0);
        assertThat(people).extracting(ScoreStore.Named::name).containsExactly("Learner 1", "Learner 2");
        assertThat(scores.learners("c", "LEARNER 2", 10, 0)).hasSize(1);
        assertThat(scores.learners("c", "100%", 10, 0)).isEmpty();
        assertThat(scores.learners("c", "")).isEqualTo(2);
        assertThat(scores.of(people, "c")).hasSize(2);
        assertThat(scores.of(java.util.List.of(), "c")).isEmpty();
        assertThat(scores.stuck("c", 5)).extracting(one -> one.who().num()).containsExactly(1L);
        assertThat(scores.stuck("c", 6)).isEmpty();
        db.update("UPDATE account SET name = 'Ölaf von Ärger' WHERE id = 'a3'");
        graded("a3", "fail", 0, true);
        for (var query : new String[] {"Ölaf", "ölaf", "ÖLAF", "ärg", "laf VON"}) {
            assertThat(scores.learners("c", query, 10, 0)).as(query).hasSize(1);
        }
    }

    @Test
    void progressIsOneRowThatKeepsWhatIsNotSent() {
        var first = progress.save("a1", AT, new ProgressStore.Change(null, "{\"line\":2,\"column\":1}", "x", "{}"));
        assertThat(first.completed()).isFalse();
        var done = progress.save("a1", AT, ProgressStore.Change.COMPLETED);
        assertThat(done.id()).isEqualTo(first.id());
        assertThat(done.completed()).isTrue();
        assertThat(done.completedAt()).isNotNull();
        assertThat(done.code()).isEqualTo("x");
        assertThat(done.cursor()).contains("2");
        var later = progress.save("a1", AT, ProgressStore.Change.NONE);
        assertThat(later.completed()).isTrue();
        assertThat(later.completedAt()).isEqualTo(done.completedAt());
        var undone = progress.save("a1", AT, new ProgressStore.Change(false, null, null, null));
        assertThat(undone.completed()).isFalse();
        assertThat(undone.completedAt()).isNull();
        assertThat(progress.counts("a1", "c")).isEqualTo(new ProgressStore.Counts(1, 0));
        progress.forgetCode("a1", AT);
        assertThat(progress.find("a1", AT).orElseThrow().files()).isNull();
    }

    @Test
    void aRegradeListsWhatWouldChangeAndIsAppliedOnce() {
        var regrades = new RegradeStore(db, Clock.systemUTC());
        long wrong = graded("a1", "fail", 1, true);
        long same = graded("a2", "pass", 2, true);
        var regrade = db.transaction(() -> regrades.insert(AT, "new", "a3"));
        assertThat(regrade.total()).isEqualTo(2);
        assertThat(submissions.gradedAfter(AT, 0, regrade.upTo(), 10)).hasSize(2);
        regrades.keep(regrade.id(), wrong, new SubmissionStore.Grade("pass", 1, 2, true, 1, "adds", "new", "[1]", ""));
        regrades.keep(regrade.id(), same, new SubmissionStore.Grade("pass", 1, 2, true, 1, null, "new", "[]", ""));
        regrades.advance(regrade.id(), same, 2);
        assertThat(regrades.changes(regrade.id(), 10))
                .extracting(RegradeStore.Change::submissionId)
                .containsExactly(wrong);
        for (long id : regrades.verdicts(regrade.id(), 0, 10)) {
            regrades.apply(regrade, id);
        }
        var now = submissions.find(wrong).orElseThrow();
        assertThat(now.status()).isEqualTo("pass");
        assertThat(now.points()).isEqualTo(2);
        assertThat(now.contentHash()).isEqualTo("new");
        assertThat(regrades.changes(regrade.id(), 10)).isEmpty();
        regrades.setState(regrade.id(), "applied");
        assertThat(regrades.open(AT)).isEmpty();
    }

    @Test
    void exceptionsHintsAndTheTutorsWordsAreKept() {
        var overrides = new OverrideStore(db);
        assertThat(overrides.of("a1", AT)).isEqualTo(OverrideStore.Terms.NONE);
        overrides.grant("a1", AT, new OverrideStore.Terms(Instant.ofEpochMilli(7), null));
        overrides.grant("a1", AT, new OverrideStore.Terms(null, 3));
        assertThat(overrides.of("a1", AT)).isEqualTo(new OverrideStore.Terms(null, 3));
        assertThat(overrides.all(AT)).hasSize(1);
        assertThat(overrides.revoke("a1", AT)).isTrue();
        assertThat(overrides.revoke("a1", AT)).isFalse();

        var hints = new HintStore(db, Clock.systemUTC());
        hints.add("a1", AT, null, "step", "Look", "there");
        assertThat(hints.of("a1", AT)).hasSize(1);
        assertThat(hints.all("c", "e", "a1", 10, 0)).hasSize(1);
        assertThat(hints.all("c", null, null, 10, 0)).hasSize(1);
        assertThat(hints.all("c", "other", null, 10, 0)).isEmpty();

        var tutor = new TutorStore(db, Clock.systemUTC());
        tutor.both("a1", AT, "question", "answer", "{}");
        tutor.add("a1", null, "user", "about nothing", "{}");
        assertThat(tutor.of("a1", AT, 10)).extracting(TutorStore.Message::role).containsExactly("user", "assistant");
        assertThat(tutor.of("a1", 10)).hasSize(3);
        assertThat(tutor.stats("a1")).isEqualTo(new TutorStore.Stats(3, 2, 1));
        assertThat(tutor.delete("a1", AT)).isEqualTo(2);
    }

    @Test
    void countsOfRunsAreTold() {
        submissions.insertRun("a1", AT, new SubmissionStore.Ran("run", "success", "{}", "out", 0.5));
        submissions.insertRun("a1", AT, new SubmissionStore.Ran("client", "error", "{}", null, null));
        submissions.insertQueued("a1", AT, "h", 1, false, "{}");
        assertThat(submissions.stats("a1")).isEqualTo(new SubmissionStore.Stats(3, 1, 1, 0, 0.5));
        assertThat(submissions.queued("a1")).isEqualTo(1);
        assertThat(submissions.queued("a1", AT)).isEqualTo(1);
        assertThat(submissions.of("a1", 2)).hasSize(2);
        assertThat(submissions.of("a1", AT, 10)).hasSize(3);
        assertThat(submissions.lastGraded("a1", AT)).isEmpty();
        db.update("DELETE FROM account WHERE id = 'a1'");
        assertThat(submissions.of("a1", 10)).isEmpty();
    }
}
