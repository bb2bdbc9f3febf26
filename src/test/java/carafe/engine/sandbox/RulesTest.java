package carafe.engine.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.engine.sandbox.DockerEngine.Listed;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decisions that need no engine: names, sizes, back-off, and whose a container is. */
class RulesTest {
    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @ValueSource(strings = {"main.py", "a/b/c.txt", "ünï ✓.py", "...", "a..b", "-x", ".hidden"})
    void namesThatStayWhereTheyArePut(String name) {
        assertThat(FileNames.problem(name)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc/passwd",
                "..",
                "a/../b",
                "./a",
                "a//b",
                "a/",
                "a\\b",
                "a\0b",
                "a\nb",
                "\ud800",
                "a\u007f"
            })
    void namesThatDoNot(String name) {
        assertThat(FileNames.problem(name)).isNotNull();
    }

    @Test
    void namesThatAreTooLongOrInEachOthersWay() {
        assertThat(FileNames.problem("é".repeat(127))).isNull();
        assertThat(FileNames.problem("é".repeat(128))).isNotNull();
        assertThat(FileNames.problem("a/".repeat(512) + "b")).isNotNull();
        assertThat(FileNames.problem(List.of("a", "a/b"))).contains("both a file and a folder");
        assertThat(FileNames.problem(List.of("a/b", "a/c", "ab"))).isNull();
        assertThat(FileNames.problem(List.of("a", "a"))).isNotNull();
    }

    @Test
    void theBreakerOpensAfterThreeFailuresAndTriesAgainEverLater() {
        var breaker = new Breaker();
        breaker.failed("x", 0);
        breaker.failed("x", 0);
        assertThat(breaker.allows(0)).isTrue();

        long[] pauses = {1, 2, 4, 8, 16, 32, 60, 60};
        for (long pause : pauses) {
            breaker.failed("why", 0);
            assertThat(breaker.closed()).isFalse();
            assertThat(breaker.allows(pause * SECOND - 1)).isFalse();
            assertThat(breaker.allows(pause * SECOND)).isTrue();
            breaker.probe();
            assertThat(breaker.allows(pause * SECOND)).isFalse();
        }
        assertThat(breaker.reason()).isEqualTo("why");
        breaker.succeeded();
        assertThat(breaker.closed()).isTrue();
        assertThat(breaker.allows(0)).isTrue();
    }

    @Test
    void theForecastFollowsTheLoadUpAndDown() {
        var forecast = new Forecast();
        assertThat(forecast.target(0, 0)).isZero();
        // Forty runs a second of 50 ms each keep two containers busy.
        for (int tick = 0; tick < 40; tick++) {
            for (int i = 0; i < 20; i++) {
                forecast.arrived();
                forecast.served(0.05);
            }
            forecast.tick(0.5, 0.5);
        }
        assertThat(forecast.target(0, 4)).isBetween(5, 7);
        assertThat(forecast.target(0.27, 4)).isGreaterThan(20);
        for (int tick = 0; tick < 1200; tick++) {
            forecast.tick(0.5, 0);
        }
        assertThat(forecast.target(0, 4)).isZero();
    }

    @Test
    void useOfMoreThanFourFifthsOverTheLastMinuteAsksForOneMore() {
        var forecast = new Forecast();
        for (int tick = 0; tick < 300; tick++) {
            forecast.tick(0.5, 0.9);
        }
        assertThat(forecast.target(0, 3)).isEqualTo(4);
    }

    private static final long NOW = 1_000_000;

    private static Listed container(String name, String state, long age, Map<String, String> labels) {
        return new Listed(name, name, state, NOW - age, labels);
    }

    private static Map<String, String> labels(Instance instance) {
        return instance.labels(0, Duration.ofHours(1), "python", Program.Isolation.REUSE);
    }

    @Test
    void containersOfALivingProcessAreNobodysOrphans() {
        var other = new Instance();

        assertThat(new Instance().orphans(List.of(container("x", "running", 60, labels(other))), Set.of(), NOW))
                .isEmpty();
    }

    @Test
    void containersOfADeadProcessAreOrphansAtOnce() throws Exception {
        var dead = new HashMap<>(labels(new Instance()));
        var child = new ProcessBuilder("true").start();
        child.waitFor();
        dead.put("carafe.process", dead.get("carafe.process").replaceFirst(" \\d+ \\d+$", " " + child.pid() + " 1"));

        assertThat(new Instance().orphans(List.of(container("x", "running", 1, dead)), Set.of(), NOW))
                .hasSize(1);
    }

    @Test
    void elsewhereOnlyTimeTells() {
        var elsewhere = new HashMap<>(labels(new Instance()));
        elsewhere.put("carafe.process", "another-boot/pid:[1] 17 4711");
        var judge = new Instance();

        assertThat(judge.orphans(
                        List.of(
                                container("young", "running", 3599, elsewhere),
                                container("old", "running", 3601, elsewhere),
                                container("starting", "created", 100, elsewhere),
                                container("stuck", "created", 200, elsewhere),
                                container("strange", "running", 99, Map.of(DockerEngine.INSTANCE, "?"))),
                        Set.of(),
                        NOW))
                .extracting(Listed::name)
                .containsExactly("old", "stuck");
    }

    @Test
    void ofOnesOwnOnlyTheForgottenAreOrphans() {
        var self = new Instance();
        var both =
                List.of(container("mine", "running", 1, labels(self)), container("lost", "running", 1, labels(self)));

        assertThat(self.orphans(both, Set.of("mine"), NOW))
                .extracting(Listed::name)
                .containsExactly("lost");
    }

    @Test
    void twoInstancesTakeDifferentUserIds() {
        var other = container("x", "running", 1, labels(new Instance()));

        assertThat(new Instance().freeBlock(List.of(), 8)).isZero();
        assertThat(new Instance().freeBlock(List.of(other), 8)).isEqualTo(1);
    }

    @Test
    void aPlaceIsTakenOnce() {
        var slots = new Slots(2);
        slots.block(3);
        assertThat(slots.take()).isZero();
        assertThat(slots.take()).isEqualTo(1);
        assertThat(slots.take()).isEqualTo(-1);
        assertThat(slots.uid(1)).isEqualTo(60_193);
        slots.give(0);
        assertThat(slots.take()).isZero();
    }
}
