package carafe.engine.llm.local;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one more model finds its place in the memory budget: beside the others if it fits, with fewer slots if need be;
 * otherwise idle ones go, the least recently used first, but never one in use.
 *
 * @param leaving idle models to unload before it is loaded
 */
record Room(Footprint footprint, List<Seat> leaving) {
    /** A process is ended when it holds more than this share of what was reserved for it, and the slack beside. */
    static final double SHARE = 1.25;

    private static final long SLACK = 256L << 20;

    /**
     * @param all every seat; the caller holds their lock
     * @throws carafe.engine.llm.LlmException when it never fits, or not beside those in use
     */
    static Room find(LocalSettings settings, ModelFile file, Seat seat, Collection<Seat> all) {
        Gguf header = Objects.requireNonNull(file.header());
        Footprint alone = Footprint.within(settings, header, file.size(), settings.memoryBudget());
        if (alone == null) {
            throw Failures.tooLarge(file, Footprint.least(settings, header, file.size()), settings.memoryBudget());
        }
        List<Seat> others = new ArrayList<>(all.stream()
                .filter(other -> other != seat && other.holdsMemory())
                .sorted(Comparator.comparing(other -> other.lastUsed))
                .toList());
        Footprint beside = others.size() < settings.maxLoaded() ? fitting(settings, file, alone, others) : null;
        if (beside != null) {
            return new Room(beside, List.of());
        }
        List<Seat> busy = others.stream().filter(other -> !other.isIdle()).toList();
        Footprint footprint = busy.size() < settings.maxLoaded() ? fitting(settings, file, alone, busy) : null;
        if (footprint == null) {
            throw Failures.busy("The other local models are in use.");
        }
        List<Seat> leaving = new ArrayList<>();
        while (others.size() >= settings.maxLoaded()
                || reserved(others) + footprint.bytes() > settings.memoryBudget()) {
            Seat oldest = others.stream().filter(Seat::isIdle).findFirst().orElseThrow();
            others.remove(oldest);
            leaving.add(oldest);
        }
        return new Room(footprint, List.copyOf(leaving));
    }

    /** The context is never made shorter to stay beside others: it would stay short when they are gone. */
    private static @Nullable Footprint fitting(
            LocalSettings settings, ModelFile file, Footprint alone, List<Seat> others) {
        Gguf header = Objects.requireNonNull(file.header());
        long free = settings.memoryBudget() - reserved(others);
        return Footprint.with(alone.context(), settings, header, file.size(), free);
    }

    /** Bytes that these hold or will hold. */
    static long reserved(Collection<Seat> seats) {
        return seats.stream()
                .filter(Seat::holdsMemory)
                .mapToLong(seat -> seat.bytes)
                .sum();
    }

    static boolean overdrawn(long resident, long reserved, double share) {
        return resident > reserved * share + (share < 1 ? 0 : SLACK);
    }
}
