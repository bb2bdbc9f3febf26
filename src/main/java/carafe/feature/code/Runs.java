package carafe.feature.code;

import carafe.engine.sandbox.Limits;
import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Program;
import carafe.engine.sandbox.RunControl;
import carafe.engine.sandbox.Sandbox;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every run that a person asks for: registered so that it can be cancelled, counted, and told of in the log. */
public final class Runs implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Runs.class);

    /** Who a run is for. {@code owner} is an account's id, or a stranger's address. */
    public record For(
            String owner, @Nullable Long userId, @Nullable String lessonId) {}

    /** A run that may be cancelled until it is closed. */
    public final class Run implements AutoCloseable {
        private final String key;
        private final String id;
        private final For who;
        private final RunControl control;

        private Run(String key, String id, For who, RunControl control) {
            this.key = key;
            this.id = id;
            this.who = who;
            this.control = control;
        }

        public String id() {
            return id;
        }

        public void cancel() {
            control.cancel();
        }

        /** Waits for a container and for the program's end. */
        public Outcome await(Program program, Limits limits) {
            var outcome = sandbox.run(program, limits, control);
            meters.count(program.language(), outcome);
            tell(program, outcome);
            return outcome;
        }

        private void tell(Program program, Outcome outcome) {
            var line = log.atInfo()
                    .setMessage("code_execution_completed")
                    .addKeyValue("run_id", id)
                    .addKeyValue("language", program.language())
                    .addKeyValue("user_id", who.userId())
                    .addKeyValue("lesson_id", who.lessonId())
                    .addKeyValue("status", RunMeters.status(outcome))
                    .addKeyValue("success", RunMeters.succeeded(outcome));
            if (outcome instanceof Outcome.Finished finished) {
                line = line.addKeyValue("execution_time_ms", Math.round(RunMeters.nanos(finished) / 1e4) / 1e2)
                        .addKeyValue("queue_ms", Math.round(finished.queued().toNanos() / 1e4) / 1e2)
                        .addKeyValue(
                                "output_length",
                                finished.results().stream()
                                        .mapToInt(result -> result.stdout().length())
                                        .sum());
            }
            line.log();
        }

        @Override
        public void close() {
            running.remove(key, this);
        }
    }

    private final Sandbox sandbox;
    private final RunMeters meters;
    private final ConcurrentMap<String, Run> running = new ConcurrentHashMap<>();

    public Runs(Sandbox sandbox, RunMeters meters) {
        this.sandbox = sandbox;
        this.meters = meters;
    }

    /**
     * Registers a run; nothing starts yet.
     *
     * @param id the caller's own name for it, or null for one that nobody can guess
     * @param listener gets the output while it comes, or null
     * @throws Problem.Course when a run of the caller has this name already
     */
    public Run register(For who, @Nullable String id, RunControl.@Nullable Listener listener) {
        var name = id == null ? UUID.randomUUID().toString() : id;
        var run = new Run(who.owner() + " " + name, name, who, new RunControl(who.owner(), listener));
        if (running.putIfAbsent(run.key, run) != null) {
            throw new Problem.Course(
                    CourseCode.CONFLICT_ERROR,
                    "A run of yours has the id '" + name + "' already.",
                    JsonNodeFactory.instance.objectNode().put("resource", "run"),
                    "run_id",
                    null);
        }
        return run;
    }

    /** Ends a run of {@code owner}; false when none has this id. */
    public boolean cancel(String owner, String id) {
        var run = running.get(owner + " " + id);
        if (run == null) {
            return false;
        }
        run.cancel();
        return true;
    }

    /** At the stop: whoever still runs has lost the client that waits for it. */
    @Override
    public void close() {
        running.values().forEach(Run::cancel);
    }
}
