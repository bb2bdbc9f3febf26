package carafe.platform.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdsTest {
    private final Instant now = Instant.ofEpochMilli(1_800_000_000_123L);
    private final Ids ids = new Ids(Clock.fixed(now, ZoneOffset.UTC));

    @Test
    void anIdIsAUuidOfVersion7WithItsTime() {
        var id = UUID.fromString(ids.next());
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(now.toEpochMilli());
    }

    @Test
    void idsAreInTheOrderOfMakingAlsoWhileTheClockStands() {
        assertThat(Stream.generate(ids::next).limit(10_000)).isSorted().doesNotHaveDuplicates();
    }
}
