package carafe.feature.localchat;

import carafe.feature.chats.turns.RunningTurn;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ClientWatch;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Problem;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Chat completions of a session, models and health. */
final class CompletionRoutes {
    private static final long MOST_BODY = 8 * Rule.MEBIBYTE;

    private final Guests guests;
    private final Answers answers;
    private final ModelChoice models;
    private final Heartbeats heartbeats;
    private final ClientWatch clients;
    private final Body body;
    private final ObjectMapper mapper;
    private final Clock clock;
    private final long startedAt;

    CompletionRoutes(
            Guests guests,
            Answers answers,
            ModelChoice models,
            Heartbeats heartbeats,
            ClientWatch clients,
            ObjectMapper mapper,
            Clock clock) {
        this.guests = guests;
        this.answers = answers;
        this.models = models;
        this.heartbeats = heartbeats;
        this.clients = clients;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.clock = clock;
        this.startedAt = clock.instant().getEpochSecond();
    }

    void register(Routes routes) {
        // without the query, both addresses are Open WebUI's
        routes.withQuery(
                "POST", "/api/chat/completions", "session_id", guests.rule().withMaxBody(MOST_BODY), this::complete);
        routes.withQuery("GET", "/api/models", "session_id", guests.rule(), this::list);
        routes.get("/api/health", Rule.of(Surface.LOCAL, Access.PUBLIC), ctx -> ctx.json(Map.of("status", "healthy")));
    }

    private void list(Context ctx) {
        var caller = guests.of(ctx);
        var answer = mapper.createObjectNode().put("object", "list");
        var data = answer.putArray("data");
        var visible = models.visible(caller);
        visible.forEach(model -> data.addObject()
                .put("id", model.id())
                .put("object", "model")
                .put("created", startedAt)
                .put("owned_by", model.connection().name()));
        boolean taken = visible.stream().anyMatch(model -> model.id().equals(ModelChoice.ALIAS));
        if (!taken && !visible.isEmpty()) {
            data.addObject()
                    .put("id", ModelChoice.ALIAS)
                    .put("object", "model")
                    .put("created", startedAt)
                    .put("owned_by", "stellar-byte");
        }
        ctx.json(answer);
    }

    private void complete(Context ctx) throws ClientGone, InterruptedException {
        var caller = guests.of(ctx);
        var fields = body.fields(ctx);
        var said = CompletionInput.messages(fields);
        var wish = Wish.of(fields, Wish.REST_TOKENS);
        boolean stream = fields.optionalBool("stream").orElse(false);
        fields.optionalText("user", 500);
        var model = models.of(caller, fields.optionalText("model", 256));
        var turn = answers.ask(caller, String.valueOf(ctx.queryParam("session_id")), said, model);
        var prompt = new AtomicInteger();
        var run = answers.write(
                caller,
                stream ? Answers.Transport.SSE : Answers.Transport.REST,
                model,
                turn,
                wish,
                messages -> prompt.set(tokens(messages)));
        var shape = new CompletionJson(mapper, model, clock.instant().getEpochSecond());
        if (stream) {
            stream(ctx, run, shape);
        } else {
            whole(ctx, run, shape, prompt);
        }
    }

    private static int tokens(JsonNode messages) {
        return messages.valueStream()
                .mapToInt(message -> Tokens.of(message.path("content").asText()))
                .sum();
    }

    private void whole(Context ctx, RunningTurn run, CompletionJson shape, AtomicInteger prompt)
            throws InterruptedException {
        ResponseStream.markLong(ctx);
        try (var listener = run.listen();
                var _ = clients.watch(ctx, run::cancel)) {
            for (var updates = listener.next(); !updates.isEmpty(); updates = listener.next()) {
                if (updates.getLast() instanceof RunningTurn.Update.End(var ended)) {
                    if (ended.failure() != null) {
                        throw Failures.problem(ended.failure());
                    }
                    ctx.json(shape.whole(run, ended, prompt.get()));
                    return;
                }
            }
        }
    }

    /** A client that leaves ends the answer; what there is of it is stored. */
    private void stream(Context ctx, RunningTurn run, CompletionJson shape) throws ClientGone, InterruptedException {
        var stream = ResponseStream.events(ctx);
        heartbeats.watch(stream, run::cancel);
        try (var listener = run.listen();
                var _ = clients.watch(ctx, run::cancel)) {
            stream.data(shape.role());
            var writer = new Pieces(stream, shape);
            for (var updates = listener.next(); !updates.isEmpty(); updates = listener.next()) {
                for (var update : updates) {
                    writer.update(update);
                }
                if (updates.getLast() instanceof RunningTurn.Update.End) {
                    return;
                }
            }
        } catch (ClientGone e) {
            run.cancel();
            throw e;
        } finally {
            heartbeats.forget(stream);
        }
    }

    /** Puts the updates of an answer into chunks. */
    private static final class Pieces {
        private final ResponseStream stream;
        private final CompletionJson shape;
        private final WholePairs text = new WholePairs();
        private final WholePairs thoughts = new WholePairs();
        private int contentSeen;
        private int reasoningSeen;

        Pieces(ResponseStream stream, CompletionJson shape) {
            this.stream = stream;
            this.shape = shape;
        }

        void update(RunningTurn.Update update) throws ClientGone {
            switch (update) {
                case RunningTurn.Update.Snapshot(var content, var reasoning) ->
                    add(content.substring(contentSeen), reasoning.substring(reasoningSeen));
                case RunningTurn.Update.Delta(var content, var reasoning) -> add(content, reasoning);
                case RunningTurn.Update.End(var ended) -> end(ended);
            }
        }

        private void add(String content, String reasoning) throws ClientGone {
            contentSeen += content.length();
            reasoningSeen += reasoning.length();
            send("reasoning_content", thoughts.take(reasoning));
            send("content", text.take(content));
        }

        private void send(String field, String piece) throws ClientGone {
            if (!piece.isEmpty()) {
                stream.data(shape.piece(field, piece));
            }
        }

        private void end(RunningTurn.Ended ended) throws ClientGone {
            send("reasoning_content", thoughts.rest());
            send("content", text.rest());
            if (ended.failure() == null) {
                stream.data(shape.end(ChatMeters.reason(ended)));
            } else {
                Problem problem = Failures.problem(ended.failure());
                stream.data(Surface.LOCAL.render(problem, "").toString());
            }
            stream.data("[DONE]");
        }
    }
}
