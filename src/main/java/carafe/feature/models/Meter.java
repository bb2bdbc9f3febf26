package carafe.feature.models;

import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.platform.http.Caller;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Measures model calls and books each of them once, whether it succeeded or not. */
public final class Meter {
    private final Ledger ledger;
    private final Clock clock;

    public Meter(Ledger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /** Begins a call; closing the hold books it. */
    Hold open(Use use, String model) {
        return new Hold(use, model);
    }

    /**
     * Books a call that somebody else made, once it has ended.
     *
     * @param at when it began, in epoch milliseconds
     * @param usage as the model's server counted it, null when it did not
     */
    public void book(
            Use use, String model, LlmEvent.@Nullable Usage usage, long at, long firstMs, long totalMs, int status) {
        ledger.append(new UsageRow(
                use.callId(),
                at,
                accountId(use.caller()),
                keyId(use.caller()),
                use.surface(),
                use.refKind(),
                use.refId(),
                model,
                "",
                usage == null ? 0 : usage.input(),
                usage == null ? 0 : usage.output(),
                usage == null ? 0 : usage.cached(),
                usage == null,
                firstMs,
                totalMs,
                status,
                List.of()));
    }

    private static @Nullable String accountId(Caller caller) {
        return switch (caller) {
            case Caller.Person person -> person.id();
            case Caller.Key key -> key.owner().id();
            case Caller.FlowApp app when app.owner() != null -> app.owner().id();
            case Caller.FlowApp app -> null;
            case Caller.Anonymous anonymous -> null;
        };
    }

    private static @Nullable String keyId(Caller caller) {
        return caller instanceof Caller.Key key ? key.keyId() : null;
    }

    /** A call in progress, used by one thread. */
    final class Hold implements AutoCloseable {
        private final Use use;
        private final String model;
        private final List<UsageAttempt> attempts = new ArrayList<>(1);
        private final long startedAt = clock.millis();
        private final long started = System.nanoTime();
        private long firstMs;
        private int status = 500;
        private LlmEvent.@Nullable Usage usage;
        private long estimatedOut;
        private @Nullable Route route;
        private long routeStarted;
        private @Nullable LlmFailure failure;

        private Hold(Use use, String model) {
            this.use = use;
            this.model = model;
        }

        /** A server is tried. */
        void begin(Route newRoute) {
            endAttempt();
            route = newRoute;
            routeStarted = System.nanoTime();
            failure = null;
        }

        /** Why the server that is tried gave no answer, or no whole one. */
        void failed(LlmFailure newFailure) {
            failure = newFailure;
            status = newFailure.status();
        }

        @Nullable
        LlmFailure failure() {
            return failure;
        }

        private void endAttempt() {
            var tried = route;
            if (tried != null) {
                attempts.add(new UsageAttempt(
                        tried.connection().id(),
                        tried.upstreamName(),
                        status,
                        failure == null ? "" : failure.code(),
                        (System.nanoTime() - routeStarted) / 1_000_000));
            }
        }

        /** The first piece of the answer is there. */
        void first() {
            if (firstMs == 0) {
                firstMs = Math.max(1, elapsedMs());
            }
        }

        /** What the upstream counted. */
        void settle(LlmEvent.@Nullable Usage counted) {
            usage = counted == null ? usage : counted;
        }

        /** One more piece of the answer, about a token: the estimate for a call that ends before the upstream counts. */
        void piece() {
            first();
            estimatedOut++;
        }

        int status() {
            return status;
        }

        void status(int newStatus) {
            status = newStatus;
        }

        long firstMs() {
            return firstMs;
        }

        long elapsedMs() {
            return (System.nanoTime() - started) / 1_000_000;
        }

        @Override
        public void close() {
            endAttempt();
            var counted = usage;
            ledger.append(new UsageRow(
                    use.callId(),
                    startedAt,
                    accountId(use.caller()),
                    keyId(use.caller()),
                    use.surface(),
                    use.refKind(),
                    use.refId(),
                    model,
                    route == null ? "" : route.connection().id(),
                    counted == null ? 0 : counted.input(),
                    counted == null ? estimatedOut : counted.output(),
                    counted == null ? 0 : counted.cached(),
                    counted == null,
                    firstMs,
                    elapsedMs(),
                    status,
                    attempts));
        }
    }
}
