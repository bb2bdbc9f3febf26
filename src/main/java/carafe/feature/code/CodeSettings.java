package carafe.feature.code;

import carafe.engine.sandbox.Program.Isolation;
import carafe.engine.sandbox.Safety;
import carafe.engine.sandbox.SandboxSettings;
import carafe.engine.sandbox.SandboxSettings.Box;
import carafe.engine.sandbox.SandboxSettings.Engine;
import carafe.engine.sandbox.SandboxSettings.Images;
import carafe.engine.sandbox.SandboxSettings.Queueing;
import carafe.engine.sandbox.SandboxSettings.Sizing;
import carafe.platform.config.Config;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * What the operator decides about runs.
 *
 * @param open strangers may run code, for a class without accounts
 * @param safety the least level of the check
 * @param hintModel which model writes hints: a name, empty for the first that is not local, {@code off} for none
 */
public record CodeSettings(
        boolean open, int timeoutSeconds, int processes, boolean poolEnabled, Safety.Level safety, String hintModel) {
    public static CodeSettings of(Config.Code code) {
        return new CodeSettings(
                code.open(),
                code.timeoutSeconds(),
                code.box().processes(),
                code.pool().enabled(),
                Safety.Level.valueOf(code.safety().toUpperCase(Locale.ROOT)),
                code.hintModel());
    }

    /** The sandbox as the operator wants it; without a pool each run gets a container of its own, made for it. */
    public static SandboxSettings sandbox(Config.Code code, Duration drain) {
        var pool = code.pool();
        var box = code.box();
        var usual = SandboxSettings.defaults();
        return new SandboxSettings(
                new Engine(code.engine().host(), code.engine().runtime(), drain),
                new Images(code.engine().images(), code.engine().pull()),
                new Box(
                        box.memoryMb(),
                        box.cpuPercent(),
                        box.processes(),
                        box.diskMb(),
                        usual.box().tmpFiles()),
                new Sizing(
                        pool.enabled() ? Set.copyOf(pool.languages()) : Set.of(),
                        pool.enabled() ? pool.size() : 0,
                        pool.max(),
                        pool.enabled() ? pool.min() : 0,
                        pool.idle(),
                        usual.sizing().maxRuns(),
                        usual.sizing().maxAge(),
                        pool.total()),
                new Queueing(
                        pool.queue(),
                        pool.patience(),
                        pool.perCaller(),
                        usual.queueing().perOwnerWaiting()),
                box.fresh() || !pool.enabled() ? Isolation.FRESH : Isolation.REUSE);
    }
}
