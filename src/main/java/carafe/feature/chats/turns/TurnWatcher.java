package carafe.feature.chats.turns;

import carafe.feature.chats.Message;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Json;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends one answer to one reader as server-sent events: {@code snapshot}, any {@code delta}, one {@code done}. */
final class TurnWatcher {
    private static final long HEARTBEAT_SECONDS = 10;
    private static final long POLL_MS = 500;

    private final Context ctx;
    private final Heartbeats heartbeats;
    private final ObjectMapper mapper;

    TurnWatcher(Context ctx, Heartbeats heartbeats, ObjectMapper mapper) {
        this.ctx = ctx;
        this.heartbeats = heartbeats;
        this.mapper = mapper;
    }

    /** From this process, as it is written. */
    void live(RunningTurn run) throws IOException, InterruptedException {
        var stream = ResponseStream.events(ctx);
        try (var listener = run.listen()) {
            heartbeats.watch(stream, listener::close);
            for (var updates = listener.next(); !updates.isEmpty(); updates = listener.next()) {
                for (var update : updates) {
                    send(stream, update);
                }
                if (updates.getLast() instanceof RunningTurn.Update.End) {
                    return;
                }
            }
        } finally {
            heartbeats.forget(stream);
        }
    }

    private void send(ResponseStream stream, RunningTurn.Update update) throws ClientGone {
        switch (update) {
            case RunningTurn.Update.Snapshot(var content, var reasoning) ->
                stream.event("snapshot", Json.text(snapshot(content, reasoning, "streaming")));
            case RunningTurn.Update.Delta(var content, var reasoning) -> {
                var delta = mapper.createObjectNode();
                if (!content.isEmpty()) {
                    delta.put("content", content);
                }
                if (!reasoning.isEmpty()) {
                    delta.put("reasoning", reasoning);
                }
                stream.event("delta", Json.text(delta));
            }
            case RunningTurn.Update.End(var ended) -> stream.event("done", Json.text(done(ended)));
        }
    }

    /** From the database: an answer at rest at once, one that another process writes as its saves arrive. */
    void stored(Supplier<Message> source) throws IOException, InterruptedException {
        var message = source.get();
        var stream = ResponseStream.events(ctx);
        var sent = "";
        for (long silent = 0; ; silent += POLL_MS) {
            var body = mapper.readTree(message.body());
            var now = snapshot(
                    message.content(),
                    body.path("reasoning").asText(""),
                    message.state().wire());
            if (!now.toString().equals(sent)) {
                sent = now.toString();
                stream.event("snapshot", sent);
                silent = 0;
            } else if (silent >= HEARTBEAT_SECONDS * 1000) {
                stream.ping();
                silent = 0;
            }
            if (TurnRoutes.atRest(message)) {
                stream.event("done", Json.text(done(message.state().wire(), body)));
                return;
            }
            Thread.sleep(POLL_MS);
            message = source.get();
        }
    }

    private ObjectNode snapshot(String content, String reasoning, String state) {
        return mapper.createObjectNode()
                .put("content", content)
                .put("reasoning", reasoning)
                .put("state", state);
    }

    private ObjectNode done(RunningTurn.Ended ended) {
        var node = mapper.createObjectNode().put("state", ended.state());
        putError(node, ended.error());
        if (ended.input() + ended.output() > 0) {
            node.putObject("usage")
                    .put("input_tokens", ended.input())
                    .put("output_tokens", ended.output())
                    .put("total_tokens", ended.input() + ended.output());
        }
        return node.put("first_ms", ended.firstMs()).put("total_ms", ended.totalMs());
    }

    private ObjectNode done(String state, JsonNode body) {
        var node = mapper.createObjectNode().put("state", state);
        putError(node, body.path("error").path("content").textValue());
        if (body.path("usage").isObject()) {
            node.set("usage", body.path("usage"));
        }
        return node;
    }

    private static void putError(ObjectNode node, @Nullable String error) {
        if (error != null) {
            node.putObject("error").put("content", error);
        }
    }
}
