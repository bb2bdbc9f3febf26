package carafe.engine.llm.local.host;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The native engines that share one model's file, each loaded when one of its slots is first used. On a small model an
 * engine's threads wait for each other longer than they compute, and those who wait for several answers of one engine
 * spin; so small models have an engine for each slot, and a large one, whose weights should be read once for all, has
 * one for all.
 */
final class Engines {
    private final HostArguments arguments;
    private final Engine first;
    private final AtomicReferenceArray<@Nullable Engine> engines;

    /** Loads the first engine; its exception says what is wrong with the model. */
    Engines(HostArguments arguments) {
        this.arguments = arguments;
        first = new Engine(arguments);
        engines = new AtomicReferenceArray<>(arguments.engines());
        engines.set(0, first);
    }

    /** The engine for what concerns no slot: templates and tokens. */
    Engine any() {
        return first;
    }

    /** The engine of a slot, which may take part of a second to load; those that are loaded wait for no other. */
    Engine of(int slot) {
        int at = slot % engines.length();
        Engine engine = engines.get(at);
        return engine == null ? load(at) : engine;
    }

    /** What an engine itself calls the slot. */
    int within(int slot) {
        return slot / engines.length();
    }

    /** One at a time; a slot has one user, so no two load the same. */
    private synchronized Engine load(int at) {
        try {
            Engine engine = new Engine(arguments);
            engines.set(at, engine);
            return engine;
        } catch (RuntimeException e) {
            System.err.println("no engine for another slot: " + e.getMessage());
            throw new Refusal(
                    503, "model_busy", "The local model has no memory for one more answer. Try again shortly.");
        }
    }
}
