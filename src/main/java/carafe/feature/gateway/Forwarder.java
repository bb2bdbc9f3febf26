package carafe.feature.gateway;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.feature.models.Models;
import carafe.feature.models.RawCall;
import carafe.feature.models.Use;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ClientWatch;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Problem;
import carafe.platform.http.RequestId;
import carafe.platform.http.Surface;
import carafe.platform.ops.RequestRow;
import carafe.platform.ops.RequestRows;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Takes a call of any surface to the models, and its answer or failure back. */
public final class Forwarder {
    private final Models models;
    private final Heartbeats heartbeats;
    private final ClientWatch clients;
    private final RequestRows requestLog;
    private final Failures failures;
    private final Ids ids;
    private final Clock clock;

    public Forwarder(
            Models models,
            Heartbeats heartbeats,
            ClientWatch clients,
            RequestRows requestLog,
            ObjectMapper mapper,
            Ids ids,
            Clock clock) {
        this.models = models;
        this.heartbeats = heartbeats;
        this.clients = clients;
        this.requestLog = requestLog;
        this.failures = new Failures(mapper);
        this.ids = ids;
        this.clock = clock;
    }

    /** @param writer writes answers of upstreams that speak another protocol; null when there can be none */
    void forward(Context ctx, Surface surface, RawCall call, @Nullable AnswerWriter writer) throws ClientGone {
        var cancellation = new Cancellation();
        try (var answer = new PassedAnswer(ctx, surface, heartbeats, cancellation, clients, writer, call.streams())) {
            models.forward(use(ctx, surface), call, answer, cancellation);
        } catch (LlmException e) {
            throw problem(ctx, surface, call, e.failure());
        }
    }

    private Use use(Context ctx, Surface surface) {
        return new Use(Caller.of(ctx), surface.name().toLowerCase(Locale.ROOT), "api", "", ids.next());
    }

    /** As {@link #forward}, for an answer in one piece that is to be changed before it goes out. */
    byte[] fetch(Context ctx, Surface surface, RawCall call) throws ClientGone {
        var answer = new KeptAnswer();
        var cancellation = new Cancellation();
        try (var _ = clients.watch(ctx, cancellation::cancel)) {
            models.forward(use(ctx, surface), call, answer, cancellation);
            return answer.bytes();
        } catch (LlmException e) {
            throw problem(ctx, surface, call, e.failure());
        }
    }

    private Problem problem(Context ctx, Surface surface, RawCall call, LlmFailure failure) {
        log(ctx, surface, call, failure);
        return failures.problem(failure, surface);
    }

    /** Failed calls with their reason; the ledger has the figures of all. */
    private void log(Context ctx, Surface surface, RawCall call, LlmFailure failure) {
        var caller = Caller.of(ctx);
        requestLog.record(new RequestRow(
                RequestId.of(ctx),
                clock.millis(),
                surface,
                caller.person().id(),
                caller instanceof Caller.Key key ? key.keyId() : null,
                call.model(),
                failure.status(),
                call.original().length,
                0,
                0,
                0,
                failure.message()));
    }
}
