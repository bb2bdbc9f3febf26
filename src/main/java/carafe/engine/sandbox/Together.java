package carafe.engine.sandbox;

import carafe.engine.sandbox.Outcome.Finished;
import carafe.engine.sandbox.Outcome.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** One program's cases in several runs, and their outcomes as one. */
final class Together {
    /** So many at least, since the first of a run costs as much as two more. */
    private static final int CASES_A_PART = 2;

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private Together() {}

    /**
     * The program's cases, dealt out to the containers that rest while nothing else runs: a container has half a core, and
     * the making of ten processes uses that up. A program without many cases stays whole, and so does one that would use
     * containers up, or whose listener wants one case after the other.
     */
    static List<Program> deal(Program program, RunControl control, Pool pool) {
        int cases = program.cases().size();
        int most = Math.min(cases / CASES_A_PART, PROCESSORS);
        if (most < 2 || control.listener() != null || !pool.reuses()) {
            return List.of(program);
        }
        int parts = Math.clamp(pool.free(control.owner()), 1, most);
        var shares = new ArrayList<Program>();
        for (int i = 0; i < parts; i++) {
            shares.add(program.with(program.cases().subList(i * cases / parts, (i + 1) * cases / parts)));
        }
        return shares;
    }

    /** Submits all of them and waits for their ends, on the caller's thread. A part that is lost ends the others. */
    static Outcome run(List<Run> parts, Pool pool, Duration patience) {
        for (var part : parts) {
            var refusal = pool.submit(part);
            if (refusal != null) {
                abort(parts, pool);
                return refusal;
            }
        }
        var ends = new ArrayList<Finished>();
        Refused refused = null;
        for (var part : parts) {
            switch (part.await(pool, patience)) {
                case Finished finished -> ends.add(finished);
                case Refused found -> refused = found; // and so is every other part, by itself
                case Outcome lost -> {
                    abort(parts, pool);
                    return lost;
                }
            }
        }
        return refused != null ? refused : join(ends);
    }

    private static void abort(List<Run> parts, Pool pool) {
        parts.forEach(part -> pool.abort(part, Pool.Abort.CANCELLED));
    }

    private static Finished join(List<Finished> ends) {
        var results = ends.stream().flatMap(end -> end.results().stream()).toList();
        var queued = ends.stream()
                .map(Finished::queued)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return new Finished(results, ends.getFirst().placement(), queued);
    }
}
