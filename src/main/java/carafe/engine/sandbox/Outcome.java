package carafe.engine.sandbox;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a run ended. Only {@link Finished} says something about the program. */
public sealed interface Outcome {
    /**
     * One result per case, in order; {@code queued} is the time until a container was free. Cases that were not reached
     * because the container had to be stopped, or because the program does not compile, carry the status that stopped
     * them, and no output.
     */
    record Finished(List<CaseResult> results, Placement placement, Duration queued) implements Outcome {
        public Finished {
            results = List.copyOf(results);
        }
    }

    /** The safety check found something; nothing was run. A syntax error in strict or basic level is one violation with rule {@code syntax}. */
    record Refused(List<Violation> violations) implements Outcome {
        public Refused {
            violations = List.copyOf(violations);
        }
    }

    /** Nothing was run: no engine, no image, a full queue, the caller's own cap. */
    record Unavailable(Reason reason, String message, Duration retryAfter) implements Outcome {
        public enum Reason {
            NO_ENGINE,
            NO_IMAGE,
            /** The engine and the image are there, but containers die before they are ready. */
            CANNOT_START,
            QUEUE_FULL,
            WAITED_TOO_LONG,
            TOO_MANY_OF_YOURS,
            STOPPING
        }
    }

    /** The sandbox itself failed in the middle of the run; the container is gone. */
    record Broken(String message) implements Outcome {}

    /** The caller cancelled; what was written until then has gone to the listener. */
    record Cancelled() implements Outcome {}

    /** {@code exit} is null when a signal or a limit ended the process. Times and memory are those of the process. */
    record CaseResult(
            Status status,
            @Nullable Integer exit,
            @Nullable Integer signal,
            String stdout,
            String stderr,
            boolean stdoutCut,
            boolean stderrCut,
            Duration wall,
            Duration cpu,
            long peakKb) {}

    enum Status {
        OK,
        TIMEOUT,
        CPU_LIMIT,
        MEMORY_LIMIT,
        OUTPUT_LIMIT,
        SIGNAL,
        /** Compiled languages: the compiler refused the program; its messages are in stderr. */
        COMPILE_ERROR
    }

    /** Where it ran. */
    record Placement(String language, String version, Program.Isolation isolation) {}

    /** A finding of the safety check; {@code line} and {@code column} count from 1. */
    record Violation(int line, int column, String rule, String message) {}
}
