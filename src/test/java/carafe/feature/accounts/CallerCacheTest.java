package carafe.feature.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.platform.db.Together;
import carafe.platform.http.Caller;
import carafe.platform.jobs.TestClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CallerCacheTest {
    private static final TokenHash HASH = TokenHash.of("a token");

    private final TestClock clock = new TestClock();
    private final CallerCache cache = new CallerCache(clock);
    private final AtomicInteger lookUps = new AtomicInteger();

    private static Caller person(String id) {
        return new Caller.Person(id, 1, "name", "e@example.org", Caller.Role.USER, "login");
    }

    private final Supplier<Optional<Caller>> table = () -> {
        lookUps.incrementAndGet();
        return Optional.of(person("ada"));
    };

    @Test
    void aTokenIsLookedUpOnceInFiveSeconds() throws InterruptedException {
        Together.run(50, number -> assertThat(cache.get(HASH, table)).contains(person("ada")));
        assertThat(lookUps).hasValue(1);

        clock.pass(Duration.ofSeconds(5));
        cache.get(HASH, table);
        assertThat(lookUps).hasValue(2);
    }

    @Test
    void aChangeOfTheAccountForgetsItAndNobodyElse() {
        cache.get(HASH, table);
        cache.forgetAccount("bob");
        cache.get(HASH, table);
        assertThat(lookUps).hasValue(1);

        cache.forgetAccount("ada");
        cache.get(HASH, table);
        assertThat(lookUps).hasValue(2);
    }

    @Test
    void anAnswerThatAChangeOvertookIsNotKept() throws InterruptedException {
        var reading = new CountDownLatch(1);
        var changed = new CountDownLatch(1);
        Together.run(2, number -> {
            if (number == 0) {
                cache.get(HASH, () -> {
                    reading.countDown();
                    await(changed);
                    return table.get();
                });
            } else {
                await(reading);
                cache.forgetAccount("ada");
                changed.countDown();
            }
        });

        cache.get(HASH, table);
        assertThat(lookUps).hasValue(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFailureIsNotKept() {
        assertThatThrownBy(() -> cache.get(HASH, () -> {
                    throw new IllegalStateException("no database");
                }))
                .hasMessage("no database");

        assertThat(cache.get(HASH, table)).contains(person("ada"));
    }

    @Test
    void strangersAreRememberedToo() {
        for (int i = 0; i < 3; i++) {
            assertThat(cache.get(HASH, () -> {
                        lookUps.incrementAndGet();
                        return Optional.empty();
                    }))
                    .isEmpty();
        }
        assertThat(lookUps).hasValue(1);
    }
}
