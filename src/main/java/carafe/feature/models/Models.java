package carafe.feature.models;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.Exchange;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.PushedExchange;
import carafe.engine.llm.Target;
import carafe.engine.llm.Upstreams;
import carafe.engine.llm.openai.OpenAiClient;
import carafe.engine.llm.openai.StreamTap;
import carafe.engine.llm.openai.WholeAnswer;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/** Every call to a language model, whoever makes it: found in the catalogue, sent, measured and booked once. */
public final class Models {
    private static final int MOST_ANSWER = 64 << 20;

    private final ModelCatalogue catalogue;
    private final Function<String, Access> local;
    private final Upstreams upstreams;
    private final OpenAiClient client;
    private final Meter meter;
    private final Workspace workspace;
    private final LiveSettings settings;
    private final ModelParams params;
    private final ObjectMapper mapper;
    private final Duration silence;

    /**
     * @param local opens a local model by its id
     * @param silence how long an upstream may send nothing
     */
    public Models(
            ModelCatalogue catalogue,
            Function<String, Access> local,
            Upstreams upstreams,
            OpenAiClient client,
            Meter meter,
            Workspace workspace,
            LiveSettings settings,
            ObjectMapper mapper,
            Clock clock,
            Duration silence) {
        this.catalogue = catalogue;
        this.local = local;
        this.upstreams = upstreams;
        this.client = client;
        this.meter = meter;
        this.workspace = workspace;
        this.settings = settings;
        this.params = new ModelParams(mapper, clock);
        this.mapper = mapper;
        this.silence = silence;
    }

    /**
     * Streams an answer to {@code body} (a chat completion request of the OpenAI API, without model) into {@code sink};
     * returns after its Done or Failed. Faults arrive as Failed, never as exceptions.
     */
    public Reply call(Use use, String model, ObjectNode body, Consumer<LlmEvent> sink, Cancellation cancellation) {
        var entry = catalogue.find(use.caller(), model);
        if (entry.isEmpty()) {
            sink.accept(new LlmEvent.Failed(unknown(model)));
            return new Reply(404, 0, 0);
        }
        try (var hold = meter.open(use, entry.get())) {
            hold.status(200);
            dress(body, model, use.caller());
            body.put("model", entry.get().upstreamName());
            try (var access = reach(entry.get(), use)) {
                client.chat(
                        access.target(),
                        body,
                        silence,
                        event -> observe(hold, named(event, access), sink),
                        cancellation);
            } catch (LlmException e) {
                observe(hold, new LlmEvent.Failed(e.failure()), sink);
            }
            return new Reply(hold.status(), hold.firstMs(), hold.elapsedMs());
        }
    }

    private static LlmEvent named(LlmEvent event, Access access) {
        return event instanceof LlmEvent.Failed(var failure) ? new LlmEvent.Failed(access.explain(failure)) : event;
    }

    private static void observe(Meter.Hold hold, LlmEvent event, Consumer<LlmEvent> sink) {
        switch (event) {
            case LlmEvent.Text text -> hold.piece();
            case LlmEvent.Reasoning reasoning -> hold.piece();
            case LlmEvent.ToolCallDelta call -> hold.piece();
            case LlmEvent.Usage usage -> hold.settle(usage);
            case LlmEvent.Failed failed -> hold.status(failed.failure().status());
            case LlmEvent.Started started -> {}
            case LlmEvent.Done done -> {}
        }
        sink.accept(event);
    }

    /**
     * Passes a call through as bytes. What the upstream answers below 400 goes to {@code answer} as it arrives.
     *
     * @throws LlmException when nothing has been answered yet: unknown model, no connection, or the upstream's error
     * @throws ClientGone when the client left; the upstream call has been ended
     */
    public Reply forward(Use use, RawCall call, RawAnswer answer, Cancellation cancellation) throws ClientGone {
        var entry =
                catalogue.find(use.caller(), call.model()).orElseThrow(() -> new LlmException(unknown(call.model())));
        try (var hold = meter.open(use, entry);
                var access = reach(entry, use)) {
            try (var exchange = send(call, entry, use.caller(), access, cancellation)) {
                hold.status(exchange.status());
                pass(call, exchange, answer, hold, access, cancellation);
            } catch (ClientGone e) {
                hold.status(499);
                throw e;
            } catch (LlmException e) {
                hold.status(e.failure().status());
                throw new LlmException(access.explain(e.failure()));
            } catch (IOException e) {
                var failure = access.explain(LlmFailure.midway(e, cancellation.isCancelled()));
                hold.status(failure.status());
                throw new LlmException(failure);
            }
            return new Reply(hold.status(), hold.firstMs(), hold.elapsedMs());
        }
    }

    private Exchange send(RawCall call, ModelEntry entry, Caller caller, Access access, Cancellation cancellation)
            throws IOException {
        byte[] body = bytes(call, entry, caller);
        return call.streams()
                ? upstreams.stream(access.target(), call.path(), body, silence, cancellation)
                : upstreams.post(access.target(), call.path(), body, silence, cancellation);
    }

    private void pass(
            RawCall call,
            Exchange exchange,
            RawAnswer answer,
            Meter.Hold hold,
            Access access,
            Cancellation cancellation)
            throws IOException {
        if (exchange.status() >= 400) {
            throw new LlmException(client.failure(exchange));
        }
        var type = Objects.requireNonNullElse(exchange.header("Content-Type"), "application/json");
        if (exchange instanceof PushedExchange pushed && type.startsWith("text/event-stream")) {
            var stream = new PassedStream(answer, new StreamTap(mapper), hold, call.wantsUsage());
            answer.begin(exchange.status(), type);
            var failure = stream.pump(pushed, cancellation);
            if (failure != null) {
                hold.status(failure.status());
                answer.tear(access.explain(failure));
            }
        } else {
            byte[] whole = exchange.readAll(MOST_ANSWER);
            hold.first();
            var read = WholeAnswer.of(mapper, whole);
            if (read.failure() != null) {
                throw new LlmException(read.failure());
            }
            hold.settle(read.usage());
            answer.begin(exchange.status(), type);
            answer.whole(whole);
        }
    }

    /** Puts what people made of the model into the request. */
    private boolean dress(ObjectNode body, String model, Caller caller) {
        var stored = workspace.find(model).filter(found -> !found.params().isEmpty());
        stored.ifPresent(found -> params.apply(body, found.params(), caller));
        var defaults = settings.text(Catalogue.MODEL_PARAMS);
        if (defaults.isEmpty()) {
            return stored.isPresent();
        }
        params.fill(body, object(defaults));
        return true;
    }

    private ObjectNode object(String json) {
        try {
            return mapper.readTree(json) instanceof ObjectNode object ? object : mapper.createObjectNode();
        } catch (IOException e) {
            return mapper.createObjectNode(); // typed by hand into a variable: nothing is set
        }
    }

    /** The client's own bytes, unless the model has another name there or the usage must be asked for. */
    private byte[] bytes(RawCall call, ModelEntry entry, Caller caller) throws IOException {
        boolean dressed = call.path().equals("/chat/completions") && dress(call.body(), call.model(), caller);
        boolean askUsage = call.streams() && !call.wantsUsage() && call.path().endsWith("/completions");
        boolean rename = !entry.upstreamName().equals(call.model());
        if (!askUsage && !rename && !dressed) {
            return call.original();
        }
        var body = dressed ? call.body() : call.body().deepCopy();
        body.put("model", entry.upstreamName());
        if (askUsage) {
            var options =
                    body.path("stream_options") instanceof ObjectNode given ? given : body.putObject("stream_options");
            options.put("include_usage", true);
        }
        return mapper.writeValueAsBytes(body);
    }

    private Access reach(ModelEntry entry, Use use) {
        if (entry.connection().kind() != Connection.Kind.LOCAL) {
            return new Access(entry.connection().target(), () -> false, () -> {});
        }
        var access = local.apply(entry.upstreamName());
        if (use.refId().isEmpty()) {
            return access;
        }
        var target = access.target();
        var headers = new HashMap<>(target.headers());
        headers.put("X-Carafe-Session", use.refId());
        return new Access(new Target(target.base(), target.key(), headers), access.crashed(), access.release());
    }

    private static LlmFailure unknown(String model) {
        return new LlmFailure(
                404, "model_not_found", "The model '" + model + "' does not exist or you do not have access to it.");
    }
}
