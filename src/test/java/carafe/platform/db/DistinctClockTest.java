package carafe.platform.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DistinctClockTest {
    private final Instant now = Instant.ofEpochMilli(1_800_000_000_123L);
    private final Clock clock = new DistinctClock(Clock.fixed(now, ZoneOffset.UTC));

    @Test
    void noMillisecondIsSaidTwice() {
        assertThat(LongStream.generate(clock::millis).limit(3).toArray())
                .containsExactly(now.toEpochMilli(), now.toEpochMilli() + 1, now.toEpochMilli() + 2);
        assertThat(clock.instant()).isEqualTo(now.plusMillis(3));
        assertThat(clock.withZone(ZoneOffset.MAX).instant()).isEqualTo(now.plusMillis(4));
    }

    @Test
    void itKeepsWithinASecondOfItsBase() {
        assertThat(LongStream.generate(clock::millis).limit(5000).max())
                .hasValue(now.toEpochMilli() + DistinctClock.MOST_AHEAD - 1);
    }

    @Test
    void threadsGetDifferentTimes() throws Exception {
        var said = new ArrayList<Long>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<List<Long>> some =
                    () -> LongStream.generate(clock::millis).limit(100).boxed().toList();
            for (var each : threads.invokeAll(List.of(some, some, some, some))) {
                said.addAll(each.get());
            }
        }
        assertThat(said).hasSize(400).doesNotHaveDuplicates();
    }
}
