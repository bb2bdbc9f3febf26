package carafe.engine.sandbox;

import carafe.platform.http.Json;
import java.time.Clock;

/** A process with a sandbox in which a program runs, made to be killed; says on its output when that is so. */
final class Doomed {
    private Doomed() {}

    public static void main(String[] args) throws InterruptedException {
        var sandbox = new Sandbox(TestEngine.setup().size(2, 2, 2).settings(), Json.mapper(), Clock.systemUTC());
        sandbox.start();
        TestEngine.await(() -> sandbox.stats().totals().available() == 2);
        Thread.ofVirtual()
                .start(() -> TestEngine.run(sandbox, TestEngine.python("while True: pass"), TestEngine.LIMITS));
        TestEngine.await(() -> sandbox.stats().totals().inUse() == 1);
        System.out.println(sandbox.stats().poolId());
        Thread.sleep(60_000);
    }
}
