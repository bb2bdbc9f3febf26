package carafe.feature.courses;

import carafe.feature.courses.format.Lesson;
import carafe.feature.courses.grading.Grader;
import carafe.feature.courses.grading.Verdict;
import carafe.platform.db.Db;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Problem;
import carafe.platform.jobs.Job;
import carafe.platform.jobs.JobHandler;
import carafe.platform.jobs.Jobs;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes submissions and grades them. A submission and the job that grades it are one transaction; grade and end of the job
 * are another: what was accepted is graded once, whatever dies in between.
 */
final class Submissions {
    static final String JOB = "course.grade";

    private static final Logger log = LoggerFactory.getLogger(Submissions.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    private static final int MOST_QUEUED = 5;
    private static final int BROKEN_TRIES = 3;

    private final Db db;
    private final SubmissionStore store;
    private final ScoreStore scores;
    private final OverrideStore overrides;
    private final ProgressStore progress;
    private final Library library;
    private final Grader grader;
    private final Examinations examinations;
    private final Jobs jobs;
    private final ObjectMapper mapper;
    private final TestsJson tests;
    private final Clock clock;
    private final ConcurrentMap<Long, CountDownLatch> awaited = new ConcurrentHashMap<>();

    Submissions(
            Db db,
            SubmissionStore store,
            ScoreStore scores,
            OverrideStore overrides,
            ProgressStore progress,
            Library library,
            Grader grader,
            Examinations examinations,
            Jobs jobs,
            ObjectMapper mapper,
            Clock clock) {
        this.db = db;
        this.store = store;
        this.scores = scores;
        this.overrides = overrides;
        this.progress = progress;
        this.library = library;
        this.grader = grader;
        this.examinations = examinations;
        this.jobs = jobs;
        this.mapper = mapper;
        this.tests = new TestsJson(mapper);
        this.clock = clock;
        jobs.handle(JOB, new JobHandler() {
            @Override
            public void run(Job job) throws Exception {
                grade(job);
            }

            @Override
            public int maxAttempts() {
                return 20; // a kill counts as one
            }
        });
    }

    /** What holds for somebody now. */
    Conditions conditions(String accountId, Lookup.Found at) {
        return Conditions.of(at.lesson(), overrides.of(accountId, at.ref()), clock.instant());
    }

    /** Lessons to be passed before that were not. */
    List<String> missing(String accountId, Lookup.Found at) {
        var requires = at.lesson().rules().requires();
        if (requires.isEmpty()) {
            return List.of();
        }
        var passed = scores.of(accountId, at.course().id()).stream()
                .filter(best -> best.passedAt() != null)
                .map(ScoreStore.Best::lesson)
                .toList();
        return requires.stream().filter(id -> !passed.contains(id)).toList();
    }

    /** @throws Problem.Course when the exercise has not begun for this person */
    void checkOpen(String accountId, Lookup.Found at) {
        var conditions = conditions(accountId, at);
        if (!conditions.opened()) {
            throw refused(
                    "This exercise opens at " + conditions.opens().orElseThrow() + ".",
                    details("opens")
                            .put("opens_at", conditions.opens().orElseThrow().toString()));
        }
        var missing = missing(accountId, at);
        if (!missing.isEmpty()) {
            var details = details("requires");
            missing.forEach(details.putArray("missing")::add);
            throw refused("Pass these first: " + String.join(", ", missing) + ".", details);
        }
    }

    private static ObjectNode details(String resource) {
        return JsonNodeFactory.instance.objectNode().put("resource", resource);
    }

    private static Problem refused(String message, ObjectNode details) {
        return new Problem.Course(CourseCode.CONFLICT_ERROR, message, details);
    }

    /**
     * Accepts the files and waits for the grade for some seconds; without one yet, the submission that is returned is
     * still queued.
     *
     * @throws Problem.Course when no attempt is left or too many wait already
     */
    Submission submit(String accountId, Lookup.Found at, Map<String, String> files) {
        var text = json(files);
        var graded = new CountDownLatch(1);
        long id = db.transaction(() -> insert(accountId, at, text, graded));
        try {
            if (!graded.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                log.info("a submission is still to be graded submission={}", id);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            awaited.remove(id);
        }
        return store.find(id).orElseThrow();
    }

    private long insert(String accountId, Lookup.Found at, String files, CountDownLatch graded) {
        var ref = at.ref();
        var conditions = conditions(accountId, at);
        long waiting = store.queued(accountId);
        if (waiting >= MOST_QUEUED) {
            throw new Problem.Course(
                    CourseCode.TOO_MANY_REQUESTS,
                    "So many of your submissions still wait for their grade: " + waiting + ".",
                    details("submissions"),
                    null,
                    Duration.ofSeconds(2));
        }
        if (conditions.attempts() > 0) {
            long used =
                    scores.find(accountId, ref).map(ScoreStore.Best::attempts).orElse(0) + store.queued(accountId, ref);
            if (used >= conditions.attempts()) {
                throw refused("There is no attempt left.", details("attempts").put("attempts", conditions.attempts()));
            }
        }
        long id = store.insertQueued(
                accountId, ref, at.lesson().testsHash(), conditions.credit(), conditions.late(), files);
        db.afterCommit(() -> awaited.put(id, graded));
        if (jobs.startHere(JOB, Long.toString(id), "{\"id\":" + id + "}").isEmpty()) {
            throw new IllegalStateException("there is a job of a new submission already");
        }
        return id;
    }

    private void grade(Job job) throws Exception {
        long id = mapper.readTree(job.payload()).path("id").asLong();
        var found = store.find(id).filter(Submission::isQueued);
        if (found.isEmpty()) {
            return;
        }
        var submission = found.get();
        var lesson = library.course(submission.course()).flatMap(course -> course.lesson(submission.lesson()));
        if (lesson.isEmpty()) {
            finish(job, submission, ungraded("The exercise is not there any more."));
            return;
        }
        switch (grader.grade(lesson.get(), files(submission), Grader.Which.ALL, submission.accountId())) {
            case Grader.Graded graded ->
                finish(job, submission, grade(lesson.get(), submission.credit(), graded.verdict()));
            case Grader.NotRun nothing when nothing.again() -> later(job, nothing);
            case Grader.NotRun broken
            when job.attempt() < BROKEN_TRIES ->
                throw new IllegalStateException("the sandbox broke: " + broken.message());
            case Grader.NotRun broken -> finish(job, submission, ungraded("The sandbox broke: " + broken.message()));
        }
    }

    /** The engine is gone or has no place: the submission keeps waiting as a job. */
    private void later(Job job, Grader.NotRun nothing) {
        var pause = nothing.pause();
        var within = pause.compareTo(SHORTEST_PAUSE) < 0
                ? SHORTEST_PAUSE
                : pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        var key = payloadKey(job);
        job.finish(() -> jobs.enqueue(JOB, key, job.payload(), clock.instant().plus(within)));
    }

    private String payloadKey(Job job) {
        try {
            return mapper.readTree(job.payload()).path("id").asText();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void finish(Job job, Submission submission, SubmissionStore.Grade grade) {
        job.finish(() -> {
            if (store.grade(submission.id(), grade)) {
                count(submission, grade);
            }
            db.afterCommit(
                    () -> Optional.ofNullable(awaited.remove(submission.id())).ifPresent(CountDownLatch::countDown));
            return true;
        });
    }

    private void count(Submission submission, SubmissionStore.Grade grade) {
        if (!grade.gradable()) {
            return;
        }
        boolean passed = grade.status().equals("pass");
        scores.count(new ScoreStore.Best(
                submission.course(),
                submission.lesson(),
                submission.accountId(),
                submission.id(),
                grade.points(),
                1,
                passed ? submission.submittedAt() : null,
                submission.submittedAt()));
        if (passed) {
            progress.save(
                    submission.accountId(),
                    new LessonRef(submission.course(), submission.lesson()),
                    ProgressStore.Change.COMPLETED);
        }
    }

    /** What a verdict is worth. */
    SubmissionStore.Grade grade(Lesson lesson, double credit, Verdict verdict) {
        var mistake = verdict.status() == Verdict.Status.PASS
                ? Optional.<String>empty()
                : examinations.known(lesson).flatMap(examination -> examination.recognise(verdict));
        return new SubmissionStore.Grade(
                verdict.status().wire(),
                verdict.score(),
                rounded(verdict.score() * lesson.rules().points() * credit),
                verdict.gradable(),
                verdict.runMs(),
                mistake.orElse(null),
                lesson.testsHash(),
                tests.of(verdict.tests()).toString(),
                verdict.message());
    }

    private static double rounded(double points) {
        return Math.round(points * 1e4) / 1e4;
    }

    private static SubmissionStore.Grade ungraded(String message) {
        return new SubmissionStore.Grade("error", 0, 0, false, 0, null, "", "[]", message);
    }

    Map<String, String> files(Submission submission) {
        try {
            return mapper.readValue(submission.files(), new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored files are no JSON", e);
        }
    }

    String json(Map<String, String> files) {
        try {
            return mapper.writeValueAsString(files);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
