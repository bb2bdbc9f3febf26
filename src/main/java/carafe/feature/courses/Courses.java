package carafe.feature.courses;

import carafe.engine.sandbox.Sandbox;
import carafe.feature.accounts.Accounts;
import carafe.feature.accounts.LearnerRoutes;
import carafe.feature.code.RunKeeper;
import carafe.feature.code.RunMeters;
import carafe.feature.code.Runs;
import carafe.feature.courses.grading.Examiner;
import carafe.feature.courses.grading.Grader;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.Models;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Body;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Routes;
import carafe.platform.jobs.Jobs;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.util.Optional;

/** The feature put together. */
public final class Courses implements AutoCloseable {
    /** What it stands on. */
    public record Ground(
            Db db,
            SecretKeys keys,
            Accounts accounts,
            Sandbox sandbox,
            Runs runs,
            RunMeters meters,
            Models models,
            ModelCatalogue catalogue,
            Jobs jobs,
            Heartbeats heartbeats,
            ObjectMapper mapper,
            Ids ids,
            Clock clock) {}

    private final Ground ground;
    private final CourseSettings settings;
    private final Library library;
    private final Examinations examinations;
    private final Grader grader;
    private final Submissions submissions;
    private final ProgressStore progress;
    private final SubmissionStore stored;
    private final ScoreStore scores;
    private final OverrideStore overrides;
    private final HintStore hints;
    private final TutorKeys keys;
    private final Tutor tutor;
    private final Hinting hinting;
    private final RegradeStore regradeStore;
    private final Regrades regrades;

    public Courses(Ground ground, CourseSettings settings) {
        this.ground = ground;
        this.settings = settings;
        var db = ground.db();
        var clock = ground.clock();
        var mapper = ground.mapper();
        progress = new ProgressStore(db, clock);
        stored = new SubmissionStore(db, clock);
        scores = new ScoreStore(db);
        overrides = new OverrideStore(db);
        hints = new HintStore(db, clock);
        keys = new TutorKeys(db, ground.keys(), clock);
        grader = new Grader(
                (program, limits, owner) -> {
                    try (var run = ground.runs().register(new Runs.For(owner, null, null), null, null)) {
                        return run.await(program, limits);
                    }
                },
                new Grader.Rules(settings.safety(), settings.processes()));
        examinations = new Examinations(db, new Examiner(grader, "course-check"), mapper, clock);
        library = new Library(settings.folder(), settings.copies(), settings.samples(), examinations::later, clock);
        submissions = new Submissions(
                db, stored, scores, overrides, progress, library, grader, examinations, ground.jobs(), mapper, clock);
        tutor = new Tutor(ground.models(), ground.catalogue(), mapper, ground.ids(), settings.tutorModel());
        regradeStore = new RegradeStore(db, clock);
        regrades = new Regrades(
                db, regradeStore, stored, scores, progress, submissions, library, grader, ground.jobs(), mapper, clock);
        hinting = new Hinting(hints, submissions, stored, examinations, grader, tutor, keys, mapper);
    }

    public void register(Routes routes) {
        boolean open = settings.open();
        var mapper = ground.mapper();
        var clock = ground.clock();
        var lookup = new Lookup(library);
        var who = new Who(ground.accounts().learners(), open);
        var pages = new Pages(mapper);
        var mine = new Mine(progress, scores, submissions, hinting, mapper);
        var said = new TutorStore(ground.db(), clock);
        new TutorRoutes(tutor, said, keys, lookup, who, ground.meters(), ground.heartbeats(), mapper, clock, open)
                .register(routes);
        new HistoryRoutes(said, lookup, who, mapper, open).register(routes);
        new MigrateRoutes(ground.db(), library, ground.accounts().learners(), progress, stored, said, mapper, open)
                .register(routes);
        new LessonRoutes(library, lookup, pages, ground.meters(), clock, open).register(routes);
        new CourseRoutes(library, lookup, who, mine, progress, scores, pages, mapper, clock, open).register(routes);
        new ExerciseRoutes(lookup, who, grader, submissions, scores, progress, hinting, mapper, open).register(routes);
        new ProgressRoutes(progress, library, lookup, who, mapper, open).register(routes);
        new SubmissionRoutes(stored, submissions, library, lookup, who, mapper, open).register(routes);
        new GradebookRoutes(lookup, scores).register(routes);
        new TeacherRoutes(
                        library,
                        lookup,
                        who,
                        overrides,
                        hints,
                        new TeacherStore(ground.db()),
                        regradeStore,
                        regrades,
                        examinations,
                        ground.accounts().audit(),
                        mapper)
                .register(routes);
        new LearnerRoutes(ground.accounts().learners(), new Body(mapper), open).register(routes);
    }

    /** Keeps a run of a lesson's code as a submission that does not count; empty where account or lesson are unknown. */
    public Optional<Long> keep(RunKeeper.Ran ran) {
        var learner = ground.accounts().learners().find(ran.userId());
        var lookup = new Lookup(library);
        if (learner.isEmpty() || (learner.get().signsIn() && !ran.own()) || !lookup.has(ran.lessonId())) {
            return Optional.empty();
        }
        var at = lookup.lesson(ran.lessonId());
        var files = ground.mapper().createObjectNode().put(at.lesson().code().entry(), ran.code());
        return Optional.of(stored.insertRun(
                learner.get().id(),
                at.ref(),
                new SubmissionStore.Ran("run", ran.status(), files.toString(), ran.output(), ran.seconds())));
    }

    /** Begins to follow the folder. */
    public void start() {
        library.start();
        examinations.start();
    }

    @Override
    public void close() {
        library.close();
        examinations.close();
    }
}
