package carafe.feature.chats.turns;

import carafe.feature.chats.Chat;
import carafe.feature.chats.ChatStore;
import carafe.feature.chats.Message;
import carafe.feature.chats.MessageState;
import carafe.feature.chats.MessageStore;
import carafe.feature.chats.TurnStore;
import carafe.feature.models.ModelCatalogue;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;

/** Begin a turn, watch it, stop it. */
public final class TurnRoutes {
    private static final int TITLE = 60;

    private final Turns turns;
    private final TurnStore store;
    private final ChatStore chats;
    private final MessageStore messages;
    private final ModelCatalogue catalogue;
    private final Heartbeats heartbeats;
    private final Body body;
    private final ObjectMapper mapper;

    public TurnRoutes(
            Turns turns,
            TurnStore store,
            ChatStore chats,
            MessageStore messages,
            ModelCatalogue catalogue,
            Heartbeats heartbeats,
            ObjectMapper mapper) {
        this.heartbeats = heartbeats;
        this.turns = turns;
        this.store = store;
        this.chats = chats;
        this.messages = messages;
        this.catalogue = catalogue;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    public void register(Routes routes) {
        var rule = Rule.of(Surface.WEBUI, Access.USER);
        routes.post("/api/v1/chats/turns", rule.withMaxBody(16 * Rule.MEBIBYTE), this::begin);
        routes.get("/api/v1/chats/{id}/messages/{message}/stream", rule, this::watch);
        routes.post("/api/chat/completed", rule.withMaxBody(16 * Rule.MEBIBYTE), this::completed);
        routes.get("/api/tasks/chat/{id}", rule, this::running);
        routes.post("/api/tasks/chat/{id}/stop", rule, this::stop);
        routes.post("/api/tasks/stop/{id}", rule, this::stopTask);
        routes.get("/api/tasks", Rule.of(Surface.WEBUI, Access.ADMIN), ctx -> ctx.json(Map.of("tasks", turns.tasks())));
    }

    private void begin(Context ctx) {
        var caller = Caller.of(ctx);
        var fields = body.fields(ctx);
        var model = fields.text("model", 256);
        if (catalogue.find(caller, model).isEmpty()) {
            throw new Problem.BadRequest("Model not found", "model");
        }
        var question = fields.optionalText("content", Message.MAX_CONTENT)
                .map(text -> new TurnStore.Question(text, JsonNodeFactory.instance.objectNode()));
        if (question.isPresent() && question.get().content().isBlank()) {
            throw new Problem.Unprocessable("'content' must not be empty.", "content");
        }
        var turn = turns.start(
                caller,
                new TurnStore.NewTurn(
                        caller.person().id(),
                        fields.optionalText("chat_id", 100).orElse(null),
                        fields.optionalText("parent_id", 100).orElse(null),
                        question.orElse(null),
                        model,
                        question.map(q -> title(q.content())).orElse(Chat.UNTITLED)),
                Prompt.Params.of(fields.optionalObject("params")));
        ctx.json(Map.of(
                "chat_id", turn.chatId(), "user_message_id", turn.userMessageId(), "message_id", turn.messageId()));
    }

    /** The first line of the question, cut at a word. */
    static String title(String question) {
        var line = question.strip().lines().findFirst().orElse("").strip();
        if (line.codePointCount(0, line.length()) <= TITLE) {
            return line;
        }
        var cut = line.substring(0, line.offsetByCodePoints(0, TITLE));
        int space = cut.lastIndexOf(' ');
        return (space > TITLE / 2 ? cut.substring(0, space) : cut) + "…";
    }

    private void watch(Context ctx) throws IOException, InterruptedException {
        var account = Caller.of(ctx).person().id();
        var chatId = ctx.pathParam("id");
        var messageId = ctx.pathParam("message");
        var run = turns.find(account, chatId, messageId);
        var watcher = new TurnWatcher(ctx, heartbeats, mapper);
        if (run.isPresent()) {
            watcher.live(run.get());
            return;
        }
        if (chats.find(account, chatId).isEmpty()) {
            throw new Problem.NotYours("chat");
        }
        watcher.stored(() -> messages.find(chatId, messageId)
                .filter(message -> message.role().equals("assistant"))
                .orElseThrow(() -> new Problem.NotYours("message")));
    }

    /** Older front ends hand every answer in to be filtered once more; there are no filters, so it comes back as it is. */
    private void completed(Context ctx) {
        var fields = body.fields(ctx);
        callersChat(ctx, fields);
        if (fields.optionalArray("messages").isEmpty()) {
            throw fields.missing("messages");
        }
        ctx.json(fields.node());
    }

    /** @throws Problem.NotFound for another's chat as for none */
    private void callersChat(Context ctx, Fields fields) {
        var chatId = fields.optionalText("chat_id", 100).orElse("");
        if (!chatId.isEmpty()
                && !TurnStore.Turn.isTemporary(chatId)
                && chats.find(Caller.of(ctx).person().id(), chatId).isEmpty()) {
            throw new Problem.NotFound("chat");
        }
    }

    private void running(Context ctx) {
        var account = Caller.of(ctx).person().id();
        var chatId = ctx.pathParam("id");
        var ids =
                TurnStore.Turn.isTemporary(chatId) ? turns.temporary(account, chatId) : store.running(account, chatId);
        ctx.json(Map.of("task_ids", ids));
    }

    /** A task's id is its answer's. People stop their own, administrators all. */
    private void stopTask(Context ctx) throws InterruptedException {
        var person = Caller.of(ctx).person();
        var owner = person.role() == Caller.Role.ADMIN ? null : person.id();
        if (turns.stopTask(owner, ctx.pathParam("id")) == 0) {
            throw new Problem.NotFound("task");
        }
        ctx.json(Map.of("status", true, "message", "Stopped."));
    }

    private void stop(Context ctx) throws InterruptedException {
        int stopped = turns.stop(Caller.of(ctx).person().id(), ctx.pathParam("id"));
        ctx.json(Map.of("status", true, "message", stopped == 0 ? "Nothing was running." : "Stopped."));
    }

    /** A message that another process writes is read from the database until it is at rest. */
    static boolean atRest(Message message) {
        return message.state() != MessageState.STREAMING;
    }
}
