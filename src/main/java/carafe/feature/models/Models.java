package carafe.feature.models;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.QuickSink;
import carafe.engine.llm.Target;
import carafe.engine.llm.Upstreams;
import carafe.platform.config.Secret;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Every call to a language model, whoever makes it: routed, sent, measured and booked once. As long as nobody has seen
 * anything of an answer, a server that fails is replaced by the next one that offers the model.
 */
public final class Models {
    /** How long an upstream may send nothing, and how long its first token may take. */
    public record Patience(Duration silence, Duration firstToken) {}

    private final ModelCatalogue catalogue;
    private final Function<String, Access> local;
    private final Upstreams upstreams;
    private final Providers providers;
    private final PassThrough passThrough;
    private final Meter meter;
    private final Dressing dressing;
    private final Patience patience;
    private final Router router;

    /** @param local opens a local model by its id */
    public Models(
            ModelCatalogue catalogue,
            Function<String, Access> local,
            Upstreams upstreams,
            Providers providers,
            Meter meter,
            Dressing dressing,
            ObjectMapper mapper,
            Patience patience,
            InstantSource wall) {
        this.catalogue = catalogue;
        this.local = local;
        this.upstreams = upstreams;
        this.providers = providers;
        this.passThrough = new PassThrough(upstreams, providers, mapper, patience.silence());
        this.meter = meter;
        this.dressing = dressing;
        this.patience = patience;
        this.router = new Router(() -> ThreadLocalRandom.current().nextLong(), System::nanoTime, wall);
    }

    /** What is done with one server after the other, until it works. */
    @FunctionalInterface
    private interface Work {
        void on(Attempt attempt, boolean last) throws ClientGone;
    }

    /**
     * Streams an answer to {@code body} (a chat completion request of the OpenAI API, without model) into {@code sink};
     * returns after its Done or Failed. Faults arrive as Failed, never as exceptions.
     */
    public Reply call(Use use, String model, ObjectNode body, Consumer<LlmEvent> sink, Cancellation cancellation) {
        return call(use, model, router.order(catalogue.routes(use.caller(), model)), body, sink, cancellation);
    }

    /**
     * As {@link #call(Use, String, ObjectNode, Consumer, Cancellation)} with the caller's own key at the first server that
     * offers the model, and at no other: the key was given for that one. Its failures say nothing about the server's health.
     */
    public Reply callWithKey(
            Use use, String model, Secret key, ObjectNode body, Consumer<LlmEvent> sink, Cancellation cancellation) {
        var first = catalogue.routes(use.caller(), model).stream()
                .filter(route -> route.connection().kind() != Connection.Kind.LOCAL)
                .findFirst();
        if (first.isEmpty()) {
            return call(use, model, body, sink, cancellation);
        }
        var at = first.get().connection();
        var own = new Connection("own key", at.kind(), at.name(), at.url(), key, true, true, at.options());
        var route = new Route(model, own, first.get().upstreamName(), 1, 0);
        return call(use, model, List.of(route), body, sink, cancellation);
    }

    private Reply call(
            Use use,
            String model,
            List<Route> routes,
            ObjectNode body,
            Consumer<LlmEvent> sink,
            Cancellation cancellation) {
        if (routes.isEmpty()) {
            sink.accept(new LlmEvent.Failed(unknown(model)));
            return new Reply(404, 0, 0);
        }
        dressing.put(body, model, use.caller());
        try (var hold = meter.open(use, model)) {
            try {
                attempt(
                        use,
                        routes,
                        hold,
                        cancellation,
                        body.path("stream").asBoolean(true),
                        (attempt, last) -> chat(
                                attempt,
                                body,
                                hold,
                                sink,
                                last,
                                held -> sink instanceof QuickSink quick ? held.quick(quick::afterwards) : held));
            } catch (LlmException e) {
                sink.accept(new LlmEvent.Failed(e.failure()));
            } catch (ClientGone e) {
                throw new UncheckedIOException(e); // cannot be: this sink is no client
            }
            return new Reply(hold.status(), hold.firstMs(), hold.elapsedMs());
        }
    }

    /** Whether {@code model} is one that the caller may call here. */
    public boolean offers(Caller caller, String model) {
        return !catalogue.routes(caller, model).isEmpty();
    }

    /**
     * As {@link #call}, at a server of the OpenAI API that the caller names with its key, through {@code reach}; booked
     * like every call.
     */
    public Reply callAt(
            Providers reach,
            Target target,
            Use use,
            String model,
            ObjectNode body,
            Duration silence,
            Consumer<LlmEvent> sink,
            Cancellation cancellation) {
        try (var hold = meter.open(use, model)) {
            var held = new HeldEvents(hold, sink, () -> {}, true);
            hold.status(200);
            reach.client(Connection.Kind.OPENAI).chat(target, body.put("model", model), silence, held, cancellation);
            var failure = held.failure();
            if (failure != null) {
                hold.failed(failure);
                sink.accept(new LlmEvent.Failed(failure));
            }
            return new Reply(hold.status(), hold.firstMs(), hold.elapsedMs());
        }
    }

    /**
     * Makes a call as a client made it. What the upstream answers below 400 goes to {@code answer} as it arrives.
     *
     * @throws LlmException when nothing has been answered yet: unknown model, no connection, or the upstream's error
     * @throws ClientGone when the client left; the upstream call has been ended
     */
    public Reply forward(Use use, RawCall asked, RawAnswer answer, Cancellation cancellation) throws ClientGone {
        var routes = router.order(catalogue.routes(use.caller(), asked.model()));
        if (routes.isEmpty()) {
            throw new LlmException(unknown(asked.model()));
        }
        var call = dressing.put(asked, use.caller());
        try (var hold = meter.open(use, call.model())) {
            attempt(
                    use,
                    routes,
                    hold,
                    cancellation,
                    call.streams(),
                    (attempt, last) -> forward(attempt, call, answer, hold, last));
            return new Reply(hold.status(), hold.firstMs(), hold.elapsedMs());
        }
    }

    /** How a route's calls went lately. */
    Circuit.View health(Route route) {
        return router.view(route);
    }

    /** Tries one route after the other until one answers, or has begun to. */
    private void attempt(
            Use use, List<Route> routes, Meter.Hold hold, Cancellation cancellation, boolean streams, Work work)
            throws ClientGone {
        LlmFailure failure = null;
        for (int i = 0; i < routes.size(); i++) {
            var route = routes.get(i);
            boolean last = i == routes.size() - 1;
            boolean entered = routes.size() == 1 || router.enter(route);
            if (!entered && !(last && failure == null)) {
                continue;
            }
            failure = once(use, route, hold, cancellation, streams, work, last);
            if (failure == null) {
                return;
            }
            if (!failure.isRetryable() || cancellation.isCancelled()) {
                break;
            }
        }
        if (failure != null) {
            throw new LlmException(failure);
        }
    }

    private @Nullable LlmFailure once(
            Use use, Route route, Meter.Hold hold, Cancellation cancellation, boolean streams, Work work, boolean last)
            throws ClientGone {
        hold.begin(route);
        try (var attempt = new Attempt(
                route, reach(route, use), upstreams, cancellation, streams ? patience.firstToken() : null)) {
            try {
                work.on(attempt, last);
                report(route, hold);
                return null;
            } catch (LlmException e) {
                var failure = attempt.explain(e.failure());
                hold.failed(failure);
                router.failed(route, failure);
                return failure;
            }
        } catch (LlmException e) { // there was nothing to reach
            hold.failed(e.failure());
            router.failed(route, e.failure());
            return e.failure();
        } catch (ClientGone | UncheckedIOException e) {
            hold.failed(new LlmFailure(499, "cancelled", "The caller left."));
            router.left(route);
            throw e;
        } catch (RuntimeException e) {
            int status = e instanceof Problem problem ? problem.status() : 500;
            hold.failed(new LlmFailure(status, "not_sent", "The call was not sent."));
            router.left(route);
            throw e;
        }
    }

    /** An answer that failed after it had begun is told already, and counts against its server all the same. */
    private void report(Route route, Meter.Hold hold) {
        var midway = hold.failure();
        if (midway == null) {
            router.succeeded(route);
        } else {
            router.failed(route, midway);
        }
    }

    private void forward(Attempt attempt, RawCall call, RawAnswer answer, Meter.Hold hold, boolean last)
            throws ClientGone {
        Consumer<LlmEvent> sink = event -> unchecked(() -> answer.event(event));
        try {
            if (!passThrough.pass(attempt, call, answer, hold, last, sink)) {
                translate(attempt, call, answer, hold, sink, last);
            }
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof ClientGone gone) {
                throw gone;
            }
            throw e;
        }
    }

    /** A step towards a client, who may be gone. */
    @FunctionalInterface
    private interface Step {
        void run() throws ClientGone;
    }

    private static void unchecked(Step step) {
        try {
            step.run();
        } catch (ClientGone e) {
            throw new UncheckedIOException(e);
        }
    }

    private void translate(
            Attempt attempt, RawCall call, RawAnswer answer, Meter.Hold hold, Consumer<LlmEvent> sink, boolean last)
            throws ClientGone {
        var translation = call.chat();
        if (translation == null) {
            throw new LlmException(new LlmFailure(
                    501, "not_offered", "The server of '" + call.model() + "' does not offer this kind of call."));
        }
        Function<HeldEvents, Consumer<LlmEvent>> told =
                call.streams() ? held -> held.quick(sent -> unchecked(() -> answer.afterwards(sent))) : held -> held;
        try {
            chat(attempt, translation.get(), hold, sink, last, told);
        } catch (LlmException e) {
            throw new LlmException(e.failure().withoutBody());
        }
        answer.flush();
    }

    /** @param told what the held events are to a client: themselves, or a sink that never waits */
    private void chat(
            Attempt attempt,
            ObjectNode body,
            Meter.Hold hold,
            Consumer<LlmEvent> sink,
            boolean last,
            Function<HeldEvents, Consumer<LlmEvent>> told) {
        var route = attempt.route;
        var request = body.deepCopy(); // each client writes into it
        request.put("model", route.upstreamName());
        hold.status(200);
        var client = providers.client(route.connection().kind());
        deliver(
                attempt,
                hold,
                sink,
                last,
                held -> client.chat(
                        attempt.access.target(), request, patience.silence(), told.apply(held), attempt.cancellation));
    }

    /**
     * Hands on what {@code work} says of an answer, as long as nobody has seen anything of it only if it is one.
     *
     * @throws LlmException when it failed before that
     */
    static void deliver(
            Attempt attempt, Meter.Hold hold, Consumer<LlmEvent> sink, boolean last, Consumer<HeldEvents> work) {
        var held = new HeldEvents(hold, sink, attempt::begun, last);
        work.accept(held);
        var failure = held.failure();
        if (failure == null) {
            return;
        }
        if (!held.isOpen()) {
            throw new LlmException(failure);
        }
        var explained = attempt.explain(failure);
        hold.failed(explained);
        sink.accept(new LlmEvent.Failed(explained));
    }

    private Access reach(Route route, Use use) {
        if (route.connection().kind() != Connection.Kind.LOCAL) {
            return new Access(route.connection().target(), () -> false, () -> {});
        }
        var access = local.apply(route.upstreamName());
        if (use.refId().isEmpty()) {
            return access;
        }
        var target = access.target();
        return new Access(target.with(Map.of("X-Carafe-Session", use.refId())), access.crashed(), access.release());
    }

    private static LlmFailure unknown(String model) {
        return new LlmFailure(
                404, "model_not_found", "The model '" + model + "' does not exist or you do not have access to it.");
    }
}
