package carafe.feature.models;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.engine.llm.LlmFailure;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CircuitTest {
    private static final LlmFailure DOWN = new LlmFailure(502, "upstream_unreachable", "down");
    private static final Instant NOW = Instant.parse("2026-10-21T07:28:00Z");
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Circuit circuit = new Circuit(() -> NOW);

    private static LlmFailure slow(String retryAfter) {
        return new LlmFailure(429, "upstream_error", "slow", null, retryAfter);
    }

    @Test
    void opensAtTheThirdFailureAndLetsOneProbeThroughAfterThePause() {
        circuit.failed(DOWN, 0);
        circuit.failed(DOWN, 0);
        assertThat(circuit.enter(0)).isTrue();
        circuit.failed(DOWN, 0);

        assertThat(circuit.enter(4 * SECOND)).isFalse();
        assertThat(circuit.enter(5 * SECOND)).isTrue();
        assertThat(circuit.enter(5 * SECOND)).isFalse(); // one probe at a time
        circuit.failed(DOWN, 5 * SECOND);
        assertThat(circuit.enter(14 * SECOND)).isFalse(); // the second pause is longer
        assertThat(circuit.enter(15 * SECOND)).isTrue();
        circuit.succeeded();
        assertThat(circuit.enter(15 * SECOND)).isTrue();
        assertThat(circuit.enter(15 * SECOND)).isTrue();
    }

    @Test
    void aProbeWhoseCallerLeftMakesRoomForTheNext() {
        for (int i = 0; i < 3; i++) {
            circuit.failed(DOWN, 0);
        }
        assertThat(circuit.enter(6 * SECOND)).isTrue();
        circuit.left();
        assertThat(circuit.enter(6 * SECOND)).isTrue();
    }

    @Test
    void oneRetryAfterIsEnoughAndIsBelievedForFiveMinutesAtMost() {
        circuit.failed(slow("20"), 0);
        assertThat(circuit.enter(19 * SECOND)).isFalse();
        assertThat(circuit.pause(0)).isEqualTo(20 * SECOND);

        var longer = new Circuit(() -> NOW);
        longer.failed(slow("86400"), 0);
        assertThat(longer.pause(0)).isEqualTo(300 * SECOND);
        var dated = new Circuit(() -> NOW);
        dated.failed(slow("Wed, 21 Oct 2026 07:28:30 GMT"), 0);
        assertThat(dated.pause(0)).isEqualTo(30 * SECOND);
        for (var nonsense : new String[] {"Wed, 21 Oct 2026 07:28:00 GMT", "-5", "NaN", "soon"}) {
            var unread = new Circuit(() -> NOW);
            unread.failed(slow(nonsense), 0);
            assertThat(unread.pause(0)).isZero();
        }
    }
}
