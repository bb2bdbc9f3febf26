package carafe.engine.sandbox;

import java.time.Duration;
import java.util.List;

/**
 * How programs of one language are run. Of {@code images} the engine's first is taken when the operator named none, and
 * the very first is fetched when it has none. {@code boot} is a command that reads as many bytes from standard input as
 * its last argument says and runs them: those of the resources {@code runner}, one after the other. {@code reusable}
 * runners clean up after a run and take another. Runners that have {@code sealedCases} read each case when its turn comes.
 * {@code canary} prints 1.
 */
record Language(
        String id,
        String title,
        String entry,
        List<String> images,
        List<String> boot,
        List<String> runner,
        boolean reusable,
        boolean sealedCases,
        Room room,
        String canary) {
    Language {
        images = List.copyOf(images);
        boot = List.copyOf(boot);
        runner = List.copyOf(runner);
    }

    /** What the language needs at least; {@code setup} is time before the first case, for compilers. */
    record Room(int memoryMb, int tmpMb, boolean executableFiles, Duration setup) {
        static final Room USUAL = new Room(0, 0, false, Duration.ZERO);
    }

    /** What its containers have: the usual, or what the language needs. */
    SandboxSettings.Box box(SandboxSettings.Box usual) {
        return new SandboxSettings.Box(
                Math.max(usual.memoryMb(), room.memoryMb()),
                usual.cpuPercent(),
                usual.processes(),
                Math.max(usual.tmpMb(), room.tmpMb()),
                usual.tmpFiles());
    }
}
