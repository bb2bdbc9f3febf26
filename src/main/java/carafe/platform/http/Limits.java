package carafe.platform.http;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/** Requests a minute per area and caller. At most {@value #MOST} callers are remembered, the longest unseen is forgotten. */
public final class Limits {
    private static final int MOST = 20_000;

    private final ToIntFunction<RateArea> perMinute;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST;
        }
    };

    /** {@code perMinute} answers the allowance of an area; 0 switches its limit off. It is asked each time. */
    public Limits(ToIntFunction<RateArea> perMinute) {
        this.perMinute = perMinute;
    }

    /** Takes one from the allowance of {@code who}, or throws {@link Problem.TooMany}. */
    public void take(RateArea area, String who) {
        int allowance = area == RateArea.NONE ? 0 : perMinute.applyAsInt(area);
        if (allowance <= 0) {
            return;
        }
        var probe = bucket(area + ":" + allowance + ":" + who, allowance).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw new Problem.TooMany(
                    "Too many requests: at most " + allowance + " a minute here. Try again in a moment.",
                    Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    /** Gives back what {@link #take} took, for what turned out not to need a limit. */
    void giveBack(RateArea area, String who) {
        int allowance = perMinute.applyAsInt(area);
        if (allowance > 0) {
            bucket(area + ":" + allowance + ":" + who, allowance).addTokens(1);
        }
    }

    private Bucket bucket(String key, int allowance) {
        synchronized (buckets) {
            return buckets.computeIfAbsent(
                    key,
                    k -> Bucket.builder()
                            .addLimit(limit -> limit.capacity(allowance).refillGreedy(allowance, Duration.ofMinutes(1)))
                            .build());
        }
    }
}
