package carafe.feature.models;

import carafe.engine.llm.Calls;
import carafe.engine.llm.ChatClient;
import carafe.engine.llm.Dialect;
import carafe.engine.llm.Exchange;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.PushedExchange;
import carafe.engine.llm.Target;
import carafe.engine.llm.Upstreams;
import carafe.platform.http.ClientGone;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls whose protocol the upstream speaks: bytes in both directions. */
final class PassThrough {
    private static final String JSON = "application/json";
    private static final int MOST_ANSWER = 64 << 20;
    private static final int MOST_LACKING = 10_000;
    private static final String CHAT = "/chat/completions";
    /** Calls whose whole answers can be told as events. */
    private static final Set<String> CHATS = Set.of(CHAT, "/v1/messages", "/api/chat");
    /** What OpenAI's API has and not every server that speaks it. */
    private static final Set<String> OPTIONAL = Set.of("/responses", "/completions");

    private final Upstreams upstreams;
    private final Providers providers;
    private final ObjectMapper mapper;
    private final Calls calls;
    private final Duration silence;
    /** Servers that turned out to lack an optional call, as address and path; until the next start. */
    private final Set<String> lacking = ConcurrentHashMap.newKeySet();

    PassThrough(Upstreams upstreams, Providers providers, ObjectMapper mapper, Duration silence) {
        this.upstreams = upstreams;
        this.providers = providers;
        this.mapper = mapper;
        this.calls = new Calls(upstreams, mapper);
        this.silence = silence;
    }

    /**
     * Passes {@code call} through if the attempt's server speaks its protocol; false when it does not.
     *
     * @param last whether no other server is left: then the answer's head need not wait for its first event
     * @param sink takes an answer that came whole although a stream was asked for
     * @throws LlmException when nothing has been answered yet
     */
    boolean pass(
            Attempt attempt, RawCall call, RawAnswer answer, Meter.Hold hold, boolean last, Consumer<LlmEvent> sink)
            throws ClientGone {
        var target = target(attempt, call);
        if (target == null) {
            return false;
        }
        try (var exchange = send(attempt, call, target)) {
            if (lacks(exchange, call, target)) {
                return false;
            }
            hold.status(exchange.status());
            pass(attempt, call, exchange, answer, hold, last, sink);
            return true;
        } catch (ClientGone e) {
            throw e;
        } catch (IOException e) {
            throw new LlmException(LlmFailure.midway(e, attempt.cancellation.isCancelled()));
        }
    }

    /** Where the call goes as it is; null: nowhere. */
    private @Nullable Target target(Attempt attempt, RawCall call) {
        if (call.always()) {
            return null;
        }
        var target = attempt.access.target();
        var where = switch (attempt.route.connection().kind()) {
            case OPENAI -> call.dialect() == Dialect.OPENAI ? target : null;
            case ANTHROPIC -> call.dialect() == Dialect.ANTHROPIC ? target : null;
            case LOCAL -> call.dialect() == Dialect.OPENAI && call.path().equals(CHAT) ? target : null;
            case OLLAMA ->
                switch (call.dialect()) {
                    case OLLAMA -> target;
                    // its other API does these as well as its own, and needs no translation
                    case OPENAI ->
                        call.path().equals("/embeddings") || call.path().equals("/completions")
                                ? new Target(target.base() + "/v1", target.key())
                                : null;
                    case ANTHROPIC -> null;
                };
        };
        return where == null || lacking.contains(where.base() + call.path()) ? null : where.with(call.headers());
    }

    private boolean lacks(Exchange exchange, RawCall call, Target target) throws IOException {
        boolean gone = exchange.status() == 404 || exchange.status() == 405 || exchange.status() == 501;
        if (!gone || call.chat() == null || !OPTIONAL.contains(call.path())) {
            return false;
        }
        calls.failure(exchange); // read to its end, so that the connection can be used again
        if (lacking.size() < MOST_LACKING) {
            lacking.add(target.base() + call.path());
        }
        return true;
    }

    private Exchange send(Attempt attempt, RawCall call, Target target) throws IOException {
        byte[] body = bytes(call, attempt.route);
        return call.streams()
                ? upstreams.stream(target, call.path(), body, silence, attempt.cancellation)
                : upstreams.post(target, call.path(), body, silence, attempt.cancellation);
    }

    private void pass(
            Attempt attempt,
            RawCall call,
            Exchange exchange,
            RawAnswer answer,
            Meter.Hold hold,
            boolean last,
            Consumer<LlmEvent> sink)
            throws IOException {
        if (exchange.status() >= 300) {
            throw new LlmException(calls.failure(exchange));
        }
        var client = providers.client(attempt.route.connection().kind());
        var type = Objects.requireNonNullElse(exchange.header("Content-Type"), JSON);
        if (exchange instanceof PushedExchange pushed && PushedExchange.isStream(type)) {
            stream(attempt, call, pushed, type, answer, hold, client, last);
            return;
        }
        byte[] whole = exchange.readAll(MOST_ANSWER);
        hold.first();
        var read = client.whole(whole);
        if (read.failure() != null) {
            throw new LlmException(read.failure());
        }
        hold.settle(read.usage());
        if (call.streams() && call.chat() != null && CHATS.contains(call.path()) && type.startsWith(JSON)) {
            Models.deliver(attempt, hold, sink, false, held -> client.events(whole, held));
            answer.flush();
            return;
        }
        answer.begin(exchange.status(), type);
        answer.whole(whole);
    }

    private static void stream(
            Attempt attempt,
            RawCall call,
            PushedExchange exchange,
            String type,
            RawAnswer answer,
            Meter.Hold hold,
            ChatClient client,
            boolean last)
            throws ClientGone {
        boolean lines = !type.startsWith("text/event-stream");
        var tap = client.tap(call.path());
        var stream = new PassedStream(attempt, answer, tap, hold, call.wantsUsage(), lines);
        Runnable begin = () -> answer.begin(exchange.status(), type);
        if (last) {
            begin.run();
        } else {
            stream.hold(begin);
        }
        var failure = stream.pump(exchange);
        if (failure != null) {
            var explained = attempt.explain(failure);
            hold.failed(explained);
            if (tap.told() == null) { // else the client has it in the server's own words
                answer.tear(explained);
            }
        }
    }

    /** The client's own bytes, unless the model has another name there or the usage must be asked for. */
    private byte[] bytes(RawCall call, Route route) throws IOException {
        boolean askUsage = call.streams() && !call.wantsUsage();
        boolean rename = !route.upstreamName().equals(call.model());
        if (!askUsage && !rename) {
            return call.original();
        }
        var body = call.body().deepCopy();
        body.put("model", route.upstreamName());
        if (askUsage) {
            var options =
                    body.path("stream_options") instanceof ObjectNode given ? given : body.putObject("stream_options");
            options.put("include_usage", true);
        }
        return mapper.writeValueAsBytes(body);
    }
}
