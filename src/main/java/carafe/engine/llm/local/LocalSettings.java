package carafe.engine.llm.local;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * How much of the machine local models may use.
 *
 * @param idle a model unused for so long is unloaded
 * @param maxLoaded models in memory at once
 * @param memoryBudget bytes for all loaded models together: files, contexts and working memory; 0 stands for half of
 *     the machine's (or the container's) memory
 * @param threads threads of each model; a small one has a thread for each answer at least
 * @param slots sessions that each model answers at once; fewer when the budget is small
 * @param context tokens of each session at most; less when the model or the budget allows less
 */
public record LocalSettings(Duration idle, int maxLoaded, long memoryBudget, int threads, int slots, int context) {
    /** Each has a process of some threads and a hundred megabytes besides its model. */
    private static final int MOST_LOADED = 8;

    public LocalSettings {
        if (maxLoaded < 1 || memoryBudget < 0 || threads < 1 || slots < 1 || context < 1) {
            throw new IllegalArgumentException("local model settings must be positive");
        }
    }

    /** As many models as fit into half of the memory, unloaded after five minutes. */
    public static LocalSettings defaults() {
        // one core stays free: the engine's threads spin for each other, so a shared core stalls them all
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, 8);
        return new LocalSettings(Duration.ofMinutes(5), MOST_LOADED, 0, threads, 4, 4096);
    }

    /** Asks for the memory's size only now: the beans that know it take a while to load, which no start should wait for. */
    @Override
    public long memoryBudget() {
        return memoryBudget > 0
                ? memoryBudget
                : ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                                .getTotalMemorySize()
                        / 2;
    }
}
