package carafe.platform.db;

import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many callers at once. */
public final class Together {
    /** One caller, by its number from 0. */
    @FunctionalInterface
    public interface Caller {
        void call(int number) throws Exception;
    }

    private Together() {}

    /** Returns when all have; the first failure fails the test. */
    public static void run(int callers, Caller caller) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<?>>();
            for (int i = 0; i < callers; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    caller.call(number);
                    return true;
                }));
            }
            for (var one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }
}
