package carafe.engine.llm.local;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/** Loads a model, tells the pid of its process, and waits to be killed. */
final class DoomedParent {
    private DoomedParent() {}

    public static void main(String[] args) throws InterruptedException {
        Path folder = Path.of(args[0]);
        LocalModels models = new LocalModels(
                folder.resolve("models"), folder.resolve("run"), LocalSettings.defaults(), Clock.systemUTC());
        System.out.println("pid " + models.lease("tiny").pid());
        new CountDownLatch(1).await();
    }
}
