package carafe.feature.accounts;

import carafe.platform.http.Caller;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who a token stands for, remembered for {@value #TTL_MS} ms (what another node may lag behind) and dropped at once for
 * changes here. At most {@value #MOST} tokens; one look-up a token at a time. A look-up that a change overtakes still
 * answers the requests that wait for it, and is not remembered.
 */
final class CallerCache {
    static final long TTL_MS = 5_000;
    private static final int MOST = 10_000;

    private record Known(long until, FutureTask<Optional<Caller>> task) {}

    private final Clock clock;
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final Map<TokenHash, Known> entries = new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<TokenHash, Known> eldest) {
            return size() > MOST;
        }
    };

    CallerCache(Clock clock) {
        this.clock = clock;
    }

    Optional<Caller> get(TokenHash hash, Supplier<Optional<Caller>> lookUp) {
        long now = clock.millis();
        Known entry;
        boolean mine = false;
        synchronized (entries) {
            var known = entries.get(hash);
            // a clock that was set back must not make an entry last
            if (known == null || known.until() <= now || known.until() > now + TTL_MS) {
                known = new Known(now + TTL_MS, new FutureTask<>(lookUp::get));
                entries.put(hash, known);
                mine = true;
            }
            entry = known;
        }
        if (mine) {
            entry.task().run();
        }
        return result(hash, entry);
    }

    private Optional<Caller> result(TokenHash hash, Known entry) {
        try {
            return entry.task().get();
        } catch (ExecutionException e) {
            forget(hash, entry);
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a token could not be looked up", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a token was looked up", e);
        }
    }

    private void forget(TokenHash hash, Known entry) {
        synchronized (entries) {
            entries.remove(hash, entry);
        }
    }

    /** {@code listener} is told of each account that was forgotten; it must not wait. */
    void onForget(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Who was nobody may be somebody now: to be called after a token that was void counts again. */
    void forgetNobodies() {
        synchronized (entries) {
            entries.values().removeIf(entry -> {
                var account = accountOf(entry);
                return account == null || account.isEmpty();
            });
        }
    }

    /** To be called after the change is committed. */
    void forgetAccount(String accountId) {
        synchronized (entries) {
            entries.values().removeIf(entry -> {
                var account = accountOf(entry);
                return account == null || account.equals(accountId);
            });
        }
        listeners.forEach(listener -> listener.accept(accountId));
    }

    /** Null while the look-up runs or when it failed: it may have read the old state of any account. */
    private static @Nullable String accountOf(Known entry) {
        if (entry.task().state() != java.util.concurrent.Future.State.SUCCESS) {
            return null;
        }
        return entry.task().resultNow().map(caller -> caller.person().id()).orElse("");
    }
}
