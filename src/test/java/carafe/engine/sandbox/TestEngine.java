package carafe.engine.sandbox;

import carafe.TestDocker;
import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.engine.sandbox.Outcome.Finished;
import carafe.engine.sandbox.Program.Case;
import carafe.engine.sandbox.Program.Isolation;
import carafe.engine.sandbox.Program.SourceFile;
import carafe.platform.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A sandbox on the machine's real container engine, with the locally built image. Where there is no engine or no image
 * the tests fail and say what to do; nothing is skipped.
 */
final class TestEngine {
    static final String HOST = TestDocker.HOST;
    static final Limits LIMITS = new Limits(Duration.ofSeconds(20), Duration.ofSeconds(20), 128, 64, 1 << 20);
    private static final Duration LONG = Duration.ofSeconds(60);

    private TestEngine() {}

    /** What a sandbox under test is made with; everything has the value that most tests want. */
    static final class Setup {
        private String host = HOST;
        private Map<String, String> images = Map.of();
        private Set<String> kept = Set.of("python");
        private int initial = 1;
        private int max = 3;
        private int min = 1;
        private Duration idle = Duration.ofMinutes(5);
        private int maxRuns = 500;
        private Duration maxAge = Duration.ofMinutes(15);
        private int maxContainers = 12;
        private int queue = 256;
        private Duration patience = Duration.ofSeconds(30);
        private int perOwner = 64;
        private int perOwnerWaiting = 256;
        private Duration drain = Duration.ofMillis(100);
        private Isolation isolation = Isolation.REUSE;

        Setup host(String address) {
            host = address;
            return this;
        }

        Setup image(String language, String image) {
            images = Map.of(language, image);
            return this;
        }

        /** Nothing is started before it is wanted. */
        Setup lazy() {
            kept = Set.of();
            return this;
        }

        Setup size(int atFirst, int most, int least) {
            initial = atFirst;
            max = most;
            min = least;
            return this;
        }

        Setup idle(Duration time) {
            idle = time;
            return this;
        }

        Setup worn(int runs, Duration age) {
            maxRuns = runs;
            maxAge = age;
            return this;
        }

        Setup total(int containers) {
            maxContainers = containers;
            return this;
        }

        Setup queue(int bound, Duration wait) {
            queue = bound;
            patience = wait;
            return this;
        }

        Setup owners(int running, int waiting) {
            perOwner = running;
            perOwnerWaiting = waiting;
            return this;
        }

        Setup drain(Duration time) {
            drain = time;
            return this;
        }

        Setup isolation(Isolation usual) {
            isolation = usual;
            return this;
        }

        SandboxSettings settings() {
            var usual = SandboxSettings.defaults();
            return new SandboxSettings(
                    new SandboxSettings.Engine(host, "", drain),
                    new SandboxSettings.Images(images, false),
                    usual.box(),
                    new SandboxSettings.Sizing(kept, initial, max, min, idle, maxRuns, maxAge, maxContainers),
                    new SandboxSettings.Queueing(queue, patience, perOwner, perOwnerWaiting),
                    isolation);
        }

        /** Starts it, and does not wait for anything. */
        Sandbox start() {
            var sandbox = new Sandbox(settings(), Json.mapper(), Clock.systemUTC());
            sandbox.start();
            return sandbox;
        }

        /** Starts it and waits until what is kept is ready. */
        Sandbox ready() {
            var sandbox = start();
            try {
                await(() -> sandbox.condition().healthy(), () -> needed(sandbox));
            } catch (AssertionError e) {
                sandbox.close();
                throw e;
            }
            return sandbox;
        }
    }

    static Setup setup() {
        return new Setup();
    }

    private static String needed(Sandbox sandbox) {
        return """
                The sandbox's tests need a container engine at %s and the image carafe-sandbox:latest.
                Install and start one (apt-get install docker.io; dockerd --bridge=none --iptables=false --ip6tables=false &),
                then build the image with scripts/sandbox-image. The sandbox says: %s""".formatted(HOST, sandbox.condition());
    }

    /** A connection of the test's own to the engine, to look behind the sandbox's back. */
    static DockerEngine engine() throws EngineException, InterruptedException {
        return DockerEngine.connect(HOST);
    }

    static void await(BooleanSupplier condition, Supplier<String> otherwise) {
        long end = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(otherwise.get());
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    static void await(BooleanSupplier condition) {
        await(condition, () -> "it did not happen within " + LONG);
    }

    // ---- programs

    static Program program(String language, String entry, String source, Case... cases) {
        return new Program(
                language,
                List.of(file(entry, source)),
                entry,
                Map.of(),
                cases.length == 0 ? List.of(Case.PLAIN) : List.of(cases),
                null,
                Safety.OFF);
    }

    static Program python(String source, Case... cases) {
        return program("python", "main.py", source, cases);
    }

    static Program fresh(Program program) {
        return new Program(
                program.language(),
                program.files(),
                program.entry(),
                program.env(),
                program.cases(),
                Isolation.FRESH,
                program.safety());
    }

    static Program with(Program program, Map<String, String> env, SourceFile... more) {
        var files = new ArrayList<>(program.files());
        files.addAll(List.of(more));
        return new Program(
                program.language(),
                files,
                program.entry(),
                env,
                program.cases(),
                program.isolation(),
                program.safety());
    }

    static SourceFile file(String name, String text) {
        return new SourceFile(name, text.getBytes(StandardCharsets.UTF_8));
    }

    // ---- runs

    static Outcome run(Sandbox sandbox, Program program, Limits limits) {
        return sandbox.run(program, limits, new RunControl("ann"));
    }

    /** The results of a run that the sandbox must have answered. */
    static List<CaseResult> results(Sandbox sandbox, Program program, Limits limits) {
        var outcome = run(sandbox, program, limits);
        if (outcome instanceof Finished finished) {
            return finished.results();
        }
        throw new AssertionError("not finished but " + outcome);
    }

    static CaseResult result(Sandbox sandbox, Program program) {
        return results(sandbox, program, LIMITS).getFirst();
    }

    static Limits wall(Duration wall) {
        return new Limits(wall, LIMITS.cpu(), LIMITS.memoryMb(), LIMITS.processes(), LIMITS.outputBytes());
    }

    static Limits output(int bytes) {
        return new Limits(LIMITS.wall(), LIMITS.cpu(), LIMITS.memoryMb(), LIMITS.processes(), bytes);
    }

    /** How many containers were given up for {@code reason}, over all pools. */
    static long retired(Sandbox sandbox, String reason) {
        return sandbox.stats().pools().stream()
                .mapToLong(pool -> pool.retiredByReason().getOrDefault(reason, 0L))
                .sum();
    }
}
