package carafe.feature.chats.turns;

import carafe.feature.chats.ChatTags;
import carafe.feature.chats.ClientTurns;
import carafe.feature.chats.TurnStore;
import carafe.feature.files.UserFiles;
import carafe.feature.models.ModelCatalogue;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chat completion requests of Open WebUI's front end, which mean turns of a chat: answered at once with the ids of what
 * runs, while the answers grow on the sockets of the account. Source: the requests of its versions 0.6 and 0.12.
 */
public final class FrontEndTurns {
    private static final int MAX_ID = 200;

    private final Turns turns;
    private final ClientTurns store;
    private final TurnSockets sockets;
    private final Afterwards afterwards;
    private final ModelCatalogue catalogue;
    private final Prompt prompt;
    private final ObjectMapper mapper;
    private final Ids ids;
    private final Clock clock;

    public FrontEndTurns(
            Turns turns,
            TurnStore turnStore,
            ClientTurns store,
            TurnSockets sockets,
            ChatTags tags,
            TaskCalls calls,
            ModelCatalogue catalogue,
            UserFiles files,
            ObjectMapper mapper,
            Ids ids,
            Clock clock) {
        this.turns = turns;
        this.store = store;
        this.sockets = sockets;
        this.afterwards = new Afterwards(calls, turns, turnStore, tags, sockets);
        this.catalogue = catalogue;
        this.prompt = new Prompt(new Attachments(files), mapper);
        this.mapper = mapper;
        this.ids = ids;
        this.clock = clock;
    }

    /** What a request says beside its messages. */
    private record Asked(
            Caller caller,
            @Nullable String chatId,
            Optional<Fields> question,
            List<ClientTurns.Drawn> answers,
            Optional<ArrayNode> given,
            Optional<String> instead,
            Optional<String> regenerated,
            Prompt.Params params,
            JsonNode files,
            Afterwards.Wanted wanted) {}

    /** Begins the turns that a request asks for; false for a plain call of the API, which is somebody else's. */
    public boolean answer(Context ctx, Fields fields) {
        boolean drawn = fields.has("message_ids") || fields.has("user_message");
        boolean named = fields.has("session_id") && fields.has("chat_id") && fields.has("id");
        if (!drawn && !named) {
            return false;
        }
        var asked = read(Caller.of(ctx), fields);
        turns.refuseTooMany(asked.caller().person().id(), asked.answers().size());
        var begun = asked.chatId() != null && TurnStore.Turn.isTemporary(asked.chatId())
                ? beginTemporary(asked, fields)
                : begin(asked, fields);
        ctx.json(receipt(begun));
        return true;
    }

    // ---- what is asked ------------------------------------------------------------------------

    private Asked read(Caller caller, Fields fields) {
        var chatId = fields.optionalText("chat_id", MAX_ID).filter(id -> !id.isEmpty());
        if (chatId.filter(id -> id.startsWith("channel:")).isPresent()) {
            throw new Problem.NotFound("channel");
        }
        var question = fields.optionalObject("user_message").or(() -> fields.optionalObject("parent_message"));
        var given = fields.optionalArray("messages").filter(list -> !list.isEmpty());
        given.ifPresent(FrontEndTurns::checkMessages);
        return new Asked(
                caller,
                chatId.orElse(null),
                question,
                answers(caller, fields),
                given,
                fields.optionalText("regeneration_prompt", 100_000).filter(text -> !text.isBlank()),
                fields.optionalText("regeneration_message_id", MAX_ID),
                params(fields, given),
                fields.node().path("files"),
                Afterwards.Wanted.of(fields.optionalObject("background_tasks")));
    }

    private static void checkMessages(ArrayNode messages) {
        for (int i = 0; i < messages.size(); i++) {
            var message = messages.get(i);
            var content = message.path("content");
            if (!message.path("role").isTextual() || content.isNumber() || content.isBoolean()) {
                throw new Problem.Unprocessable("'messages[" + i + "]' is not a message.", "messages");
            }
        }
    }

    /** The system prompt travels as a message; its placeholders are filled in with what the client knows of its user. */
    private static Prompt.Params params(Fields fields, Optional<ArrayNode> given) {
        var params = Prompt.Params.of(fields.optionalObject("params"));
        var system = given.filter(list -> !isConversation(list))
                .map(list -> Task.text(list.get(0).path("content")))
                .or(params::system);
        var variables = fields.optionalObject("variables");
        return new Prompt.Params(system.map(text -> filled(text, variables)), params.request());
    }

    private static String filled(String text, Optional<Fields> variables) {
        if (variables.isEmpty() || !text.contains("{{")) {
            return text;
        }
        var filled = text;
        for (var variable : variables.get().node().properties()) {
            if (variable.getKey().startsWith("{{") && variable.getValue().isTextual()) {
                filled = filled.replace(variable.getKey(), variable.getValue().textValue());
            }
        }
        return filled;
    }

    /** Whether somebody says something, or there is a system prompt alone. */
    private static boolean isConversation(ArrayNode messages) {
        return messages.valueStream()
                .anyMatch(message -> !message.path("role").asText().equals("system"));
    }

    private List<ClientTurns.Drawn> answers(Caller caller, Fields fields) {
        var model = fields.text("model", 256);
        var answers = new ArrayList<ClientTurns.Drawn>();
        var several = fields.node().path("message_ids");
        if (several.isObject()) {
            several.properties().forEach(entry -> answers.add(drawn(entry.getKey(), entry.getValue(), null)));
        } else if (several.isArray() && !several.isEmpty()) {
            several.forEach(entry -> answers.add(
                    drawn(entry.path("model_id").asText(), entry.path("message_id"), entry.get("modelIdx"))));
        } else {
            var id = fields.optionalText("id", MAX_ID).orElseGet(ids::next);
            answers.add(new ClientTurns.Drawn(id, model, Optional.empty()));
        }
        if (answers.size() > ClientTurns.MOST_ANSWERS) {
            throw new Problem.Unprocessable(
                    "At most " + ClientTurns.MOST_ANSWERS + " models can answer at once.", "message_ids");
        }
        for (var answer : answers) {
            if (catalogue.find(caller, answer.model()).isEmpty()) {
                throw new Problem.BadRequest("Model not found", "model");
            }
        }
        return answers;
    }

    private static ClientTurns.Drawn drawn(String model, JsonNode id, @Nullable JsonNode index) {
        if (!id.isTextual()) {
            throw new Problem.Unprocessable("'message_ids' must name a model and a message each.", "message_ids");
        }
        var column =
                Optional.ofNullable(index).filter(JsonNode::canConvertToInt).map(JsonNode::asLong);
        return new ClientTurns.Drawn(id.textValue(), model, column);
    }

    // ---- turns --------------------------------------------------------------------------------

    private List<TurnStore.Turn> begin(Asked asked, Fields fields) {
        var begun = store.begin(new ClientTurns.Asked(
                asked.caller().person().id(),
                asked.chatId(),
                asked.question().orElse(null),
                asked.answers(),
                fields.optionalText("folder_id", MAX_ID)
                        .filter(id -> !id.isEmpty())
                        .orElse(null),
                fields.optionalArray("files").orElse(null)));
        var first = begun.getFirst();
        var model = asked.answers().getFirst().model();
        sockets.tellMessages(first, drawn(asked, begun));
        for (int i = 0; i < begun.size(); i++) {
            var turn = begun.get(i);
            var own = asked.answers().get(i).model();
            turns.write(asked.caller(), own, turn, request(asked), (ended, how) -> {
                if (how.isWhole()) {
                    var wanted = asked.wanted();
                    boolean tags = wanted.tags() && ended.equals(first); // side by side, one is enough
                    afterwards.answered(
                            asked.caller(), ended, own, new Afterwards.Wanted(false, tags, wanted.followUps()));
                }
            });
        }
        if (first.newChat() || asked.wanted().title()) {
            afterwards.name(asked.caller(), first, model, asked.wanted());
        }
        return begun;
    }

    /** The chat lives in the client's page alone, which sends all of it. */
    private List<TurnStore.Turn> beginTemporary(Asked asked, Fields fields) {
        var given = asked.given().filter(FrontEndTurns::isConversation).orElseThrow(() -> fields.missing("messages"));
        var chatId = asked.chatId() == null ? "" : asked.chatId();
        var last = given.get(given.size() - 1);
        var beginning = last.path("role").asText().equals("assistant") ? Task.text(last.path("content")) : "";
        var above = asked.question().flatMap(q -> q.optionalText("id", MAX_ID)).orElse("");
        var begun = new ArrayList<TurnStore.Turn>();
        for (var answer : asked.answers()) {
            if (turns.find(asked.caller().person().id(), chatId, answer.messageId())
                    .isPresent()) {
                throw new Problem.Conflict("This answer is still being written.");
            }
            var turn = new TurnStore.Turn(
                    chatId,
                    asked.caller().person().id(),
                    above,
                    answer.messageId(),
                    false,
                    clock.millis(),
                    beginning,
                    mapper.createObjectNode());
            turns.write(asked.caller(), answer.model(), turn, request(asked), (ended, how) -> {});
            begun.add(turn);
        }
        return begun;
    }

    /** From the stored branch, or the messages of a client that sends them all. */
    private Function<TurnStore.Turn, ObjectNode> request(Asked asked) {
        return turn -> {
            var account = asked.caller().person().id();
            var whole = asked.given().filter(FrontEndTurns::isConversation);
            var request = whole.isPresent()
                    ? prompt.request(plain(whole.get()), asked.params(), account, asked.files())
                    : prompt.request(turns.pathOf(turn), asked.params(), account, asked.files());
            asked.instead().ifPresent(wish -> wishAgain(request, turn, asked, wish));
            return request;
        };
    }

    /** Role and content, which is what models take; a client's messages have more. */
    private ArrayNode plain(ArrayNode given) {
        var messages = mapper.createArrayNode();
        for (var message : given) {
            messages.addObject().put("role", message.path("role").asText()).set("content", message.path("content"));
        }
        return messages;
    }

    /** The earlier answer and what should be different about it. */
    private void wishAgain(ObjectNode request, TurnStore.Turn turn, Asked asked, String wish) {
        var messages = request.withArray("messages");
        asked.regenerated()
                .flatMap(id -> turns.stored(turn.chatId(), id))
                .ifPresent(
                        earlier -> messages.addObject().put("role", "assistant").put("content", earlier.content()));
        messages.addObject().put("role", "user").put("content", wish);
    }

    /** The messages that were drawn, as a front end keeps them. */
    private ObjectNode drawn(Asked asked, List<TurnStore.Turn> begun) {
        var first = begun.getFirst();
        var history = JsonNodeFactory.instance.objectNode().put("currentId", first.messageId());
        var messages = history.putObject("messages");
        asked.question().ifPresent(question -> {
            var children = JsonNodeFactory.instance.arrayNode();
            begun.forEach(turn -> children.add(turn.messageId()));
            var node = question.node().deepCopy();
            node.set("childrenIds", children);
            messages.set(first.userMessageId(), node);
            var parent = question.node().path("parentId");
            if (parent.isTextual()) {
                messages.putObject(parent.textValue())
                        .put("id", parent.textValue())
                        .putArray("childrenIds")
                        .add(first.userMessageId());
            }
        });
        for (int i = 0; i < begun.size(); i++) {
            var turn = begun.get(i);
            var message = turn.base().deepCopy();
            message.put("id", turn.messageId())
                    .put("parentId", turn.userMessageId())
                    .put("role", "assistant")
                    .put("content", turn.beginning())
                    .put("model", asked.answers().get(i).model())
                    .put("done", false)
                    .putArray("childrenIds");
            messages.set(turn.messageId(), message);
        }
        return history;
    }

    /** {@code task_ids} for front ends from 0.12 on, {@code task_id} for those before. */
    private ObjectNode receipt(List<TurnStore.Turn> begun) {
        var answer = mapper.createObjectNode().put("status", true);
        var tasks = answer.putArray("task_ids");
        begun.forEach(turn -> tasks.add(turn.messageId()));
        return answer.put("task_id", begun.getFirst().messageId())
                .put("chat_id", begun.getFirst().chatId());
    }
}
