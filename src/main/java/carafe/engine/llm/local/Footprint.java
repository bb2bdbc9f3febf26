package carafe.engine.llm.local;

import org.jspecify.annotations.Nullable;

/**
 * How a model is to be loaded, and the memory that it will take: file, context of all slots, working memory.
 *
 * @param context tokens of each slot
 */
record Footprint(int slots, int context, long bytes) {
    /** Working buffers of the engine and the small JVM around it. */
    private static final long OVERHEAD = 150L << 20;

    private static final int LEAST_CONTEXT = 512;

    /** The largest that fits: slots are given up first, then context; null when even the least is too much. */
    static @Nullable Footprint within(LocalSettings settings, Gguf model, long fileBytes) {
        int context = Math.min(settings.context(), model.context());
        while (true) {
            for (int slots = settings.slots(); slots >= 1; slots /= 2) {
                long bytes = fileBytes + OVERHEAD + (long) slots * context * model.kvBytesPerToken();
                if (bytes <= settings.memoryBudget()) {
                    return new Footprint(slots, context, bytes);
                }
            }
            if (context / 2 < LEAST_CONTEXT) {
                return null;
            }
            context /= 2;
        }
    }
}
