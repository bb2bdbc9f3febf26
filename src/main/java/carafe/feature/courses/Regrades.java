package carafe.feature.courses;

import carafe.feature.courses.format.Lesson;
import carafe.feature.courses.grading.Grader;
import carafe.platform.db.Db;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Problem;
import carafe.platform.jobs.Job;
import carafe.platform.jobs.JobHandler;
import carafe.platform.jobs.Jobs;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Judges stored submissions by the tests of today. It runs as a job, one program at a time under a name of its own, so that
 * learners' runs come first; what it finds is listed, and counts only when a teacher applies it.
 */
final class Regrades {
    private static final String JOB = "course.regrade";
    private static final String OWNER = "course-regrade";
    private static final int BATCH = 10;
    private static final int APPLIED_AT_ONCE = 200;

    private record Judged(Submission submission, SubmissionStore.Grade grade) {}

    private final Db db;
    private final RegradeStore store;
    private final SubmissionStore submissions;
    private final ScoreStore scores;
    private final ProgressStore progress;
    private final Submissions grading;
    private final Library library;
    private final Grader grader;
    private final Jobs jobs;
    private final ObjectMapper mapper;
    private final Clock clock;

    Regrades(
            Db db,
            RegradeStore store,
            SubmissionStore submissions,
            ScoreStore scores,
            ProgressStore progress,
            Submissions grading,
            Library library,
            Grader grader,
            Jobs jobs,
            ObjectMapper mapper,
            Clock clock) {
        this.db = db;
        this.store = store;
        this.submissions = submissions;
        this.scores = scores;
        this.progress = progress;
        this.grading = grading;
        this.library = library;
        this.grader = grader;
        this.jobs = jobs;
        this.mapper = mapper;
        this.clock = clock;
        jobs.handle(JOB, new JobHandler() {
            @Override
            public void run(Job job) throws Exception {
                Regrades.this.run(job);
            }

            @Override
            public int maxAttempts() {
                return 50; // it goes on where it was, after a stop or while the engine is away
            }

            @Override
            public int mostAtOnce() {
                return 2; // they take minutes, and the places are those of the submissions, too
            }
        });
    }

    /** @throws Problem.Course while another one of this exercise is open */
    RegradeStore.Regrade start(Lookup.Found at, String by) {
        return db.transaction(() -> {
            if (store.open(at.ref()).isPresent()) {
                throw conflict("A regrade of this exercise is open; apply or discard it first.");
            }
            var fresh = store.insert(at.ref(), at.lesson().testsHash(), by);
            jobs.enqueue(JOB, Long.toString(fresh.id()), "{\"id\":" + fresh.id() + "}", clock.instant());
            return fresh;
        });
    }

    private static Problem conflict(String message) {
        return new Problem.Course(
                CourseCode.CONFLICT_ERROR,
                message,
                JsonNodeFactory.instance.objectNode().put("resource", "regrade"));
    }

    private void run(Job job) throws Exception {
        long id = mapper.readTree(job.payload()).path("id").asLong();
        while (true) {
            var regrade = store.find(id).filter(one -> one.state().equals("running"));
            if (regrade.isEmpty()) {
                return;
            }
            var at = regrade.get().at();
            var lesson = library.course(at.course()).flatMap(course -> course.lesson(at.lesson()));
            if (lesson.isEmpty()
                    || !lesson.get().testsHash().equals(regrade.get().contentHash())) {
                job.finish(() -> setState(id, "discarded")); // the tests have changed again
                return;
            }
            var batch = submissions.gradedAfter(
                    at, regrade.get().reached(), regrade.get().upTo(), BATCH);
            if (batch.isEmpty()) {
                job.finish(() -> setState(id, "ready"));
                return;
            }
            var judged = judge(lesson.get(), batch);
            job.commit(() -> {
                judged.forEach(one -> store.keep(id, one.submission().id(), one.grade()));
                store.advance(id, batch.getLast().id(), batch.size());
                return true;
            });
        }
    }

    private boolean setState(long id, String state) {
        store.setState(id, state);
        return true;
    }

    private List<Judged> judge(Lesson lesson, List<Submission> batch) {
        var judged = new ArrayList<Judged>();
        for (var submission : batch) {
            if (submission.contentHash().equals(lesson.testsHash())) {
                continue; // these tests have judged it already
            }
            switch (grader.grade(lesson, grading.files(submission), Grader.Which.ALL, OWNER)) {
                case Grader.Graded(var verdict) ->
                    judged.add(new Judged(submission, grading.grade(lesson, submission.credit(), verdict)));
                case Grader.NotRun nothing ->
                    throw new IllegalStateException("a regrade waits for the sandbox: " + nothing.message());
            }
        }
        return judged;
    }

    /** Makes the new verdicts count, in pieces that do not hold up the writer; doing it twice changes nothing. */
    void apply(RegradeStore.Regrade regrade) {
        if (!regrade.state().equals("ready")) {
            throw conflict("This regrade is " + regrade.state() + " and cannot be applied.");
        }
        long after = 0;
        while (true) {
            var ids = store.verdicts(regrade.id(), after, APPLIED_AT_ONCE);
            if (ids.isEmpty()) {
                break;
            }
            db.transaction(() -> applyPiece(regrade, ids));
            after = ids.getLast();
        }
        store.setState(regrade.id(), "applied");
    }

    private boolean applyPiece(RegradeStore.Regrade regrade, List<Long> ids) {
        var accounts = new HashSet<String>();
        for (long id : ids) {
            store.apply(regrade, id);
            submissions.find(id).ifPresent(submission -> {
                accounts.add(submission.accountId());
                if (submission.status().equals("pass")) {
                    progress.save(submission.accountId(), regrade.at(), ProgressStore.Change.COMPLETED);
                }
            });
        }
        accounts.forEach(account -> scores.recount(account, regrade.at()));
        return true;
    }

    void discard(RegradeStore.Regrade regrade) {
        if (regrade.state().equals("applied")) {
            throw conflict("This regrade is applied and cannot be discarded.");
        }
        store.setState(regrade.id(), "discarded");
    }
}
