package carafe.engine.llm.local;

import org.jspecify.annotations.Nullable;

/**
 * How a model is to be loaded, and the memory that it will take: file, context of all slots, working memory.
 *
 * @param engines native engines that share the slots: one for a large model, whose threads work on all slots together;
 *     one for each slot of a small one
 * @param context tokens of each slot
 */
record Footprint(int slots, int engines, int context, long bytes) {
    /** Working buffers of the engine and the small JVM around it. */
    static final long OVERHEAD = 150L << 20;

    /** Buffers and vocabulary of each engine but the first. */
    static final long ENGINE = 64L << 20;

    /** Bytes of the largest file whose slots get an engine each; one thread writes its answers faster than anybody reads. */
    private static final long SMALL = 200L << 20;

    private static final int LEAST_CONTEXT = 512;

    /** The largest that fits into {@code most} bytes: slots are given up first, then context; null when nothing fits. */
    static @Nullable Footprint within(LocalSettings settings, Gguf model, long fileBytes, long most) {
        int context = Math.min(settings.context(), model.context());
        while (true) {
            Footprint found = with(context, settings, model, fileBytes, most);
            if (found != null) {
                return found;
            }
            if (context / 2 < LEAST_CONTEXT) {
                return null;
            }
            context /= 2;
        }
    }

    /** As {@link #within} for just this context: only slots are given up. */
    static @Nullable Footprint with(int context, LocalSettings settings, Gguf model, long fileBytes, long most) {
        for (int slots = settings.slots(); slots >= 1; slots /= 2) {
            int engines = fileBytes <= SMALL ? slots : 1;
            Footprint footprint =
                    new Footprint(slots, engines, context, bytes(slots, engines, context, model, fileBytes));
            if (footprint.bytes <= most) {
                return footprint;
            }
        }
        return null;
    }

    /** The least that the model could be loaded with. */
    static long least(LocalSettings settings, Gguf model, long fileBytes) {
        int context = Math.min(settings.context(), model.context());
        while (context / 2 >= LEAST_CONTEXT) {
            context /= 2;
        }
        return bytes(1, 1, context, model, fileBytes);
    }

    private static long bytes(int slots, int engines, int context, Gguf model, long fileBytes) {
        return fileBytes + OVERHEAD + (engines - 1) * ENGINE + (long) slots * context * model.kvBytesPerToken();
    }
}
