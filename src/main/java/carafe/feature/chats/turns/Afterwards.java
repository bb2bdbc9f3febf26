package carafe.feature.chats.turns;

import carafe.engine.llm.LlmException;
import carafe.feature.chats.ChatTags;
import carafe.feature.chats.Message;
import carafe.feature.chats.TurnStore;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a chat gets beside its answers: a title while the first one is written, tags and what may be asked next after it.
 * None of it ever keeps an answer from being shown; what fails is left out.
 */
final class Afterwards {
    private static final Logger log = LoggerFactory.getLogger(Afterwards.class);
    private static final int MAX_TITLE = 120;
    private static final int MAX_QUESTION = 300;

    /** What the client wants for this question. */
    record Wanted(boolean title, boolean tags, boolean followUps) {
        static Wanted of(Optional<Fields> sent) {
            return new Wanted(
                    wants(sent, "title_generation"),
                    wants(sent, "tags_generation"),
                    wants(sent, "follow_up_generation"));
        }

        private static boolean wants(Optional<Fields> sent, String name) {
            return sent.map(tasks -> tasks.node().path(name).asBoolean()).orElse(false);
        }
    }

    private final TaskCalls calls;
    private final Turns turns;
    private final TurnStore store;
    private final ChatTags tags;
    private final TurnSockets sockets;

    Afterwards(TaskCalls calls, Turns turns, TurnStore store, ChatTags tags, TurnSockets sockets) {
        this.calls = calls;
        this.turns = turns;
        this.store = store;
        this.tags = tags;
        this.sockets = sockets;
    }

    /** Names a chat for its first question: by a model on a thread of its own, else by the question itself. */
    void name(Caller caller, TurnStore.Turn turn, String model, Wanted wanted) {
        var beside = wanted.title() && Task.TITLE.isOn(calls.settings())
                ? calls.modelBeside(model)
                : Optional.<String>empty();
        if (beside.isPresent()) {
            Thread.ofVirtual().name("title").start(() -> title(turn, titleBy(caller, turn, beside.get())));
        } else if (wanted.title() || turn.newChat()) {
            title(turn, Optional.empty());
        }
    }

    private void title(TurnStore.Turn turn, Optional<String> found) {
        var title = found.orElseGet(() -> TurnRoutes.title(question(turn)));
        if (!title.isBlank()) {
            store.rename(turn, title);
            sockets.tell(turn, "chat:title", TextNode.valueOf(title));
        }
    }

    private Optional<String> titleBy(Caller caller, TurnStore.Turn turn, String model) {
        try {
            var answer = calls.ask(caller, model, turn.chatId(), Task.TITLE, matter(caller, turn));
            return calls.json(answer)
                    .map(object -> object.path("title").asText().strip())
                    .filter(title -> !title.isEmpty() && title.length() <= MAX_TITLE);
        } catch (LlmException e) {
            log.info("a model found no title chat={} cause={}", turn.chatId(), e.toString());
            return Optional.empty();
        }
    }

    /** Called when an answer is stored and told. */
    void answered(Caller caller, TurnStore.Turn turn, String model, Wanted wanted) {
        var beside = calls.modelBeside(model);
        if (beside.isEmpty()) {
            return;
        }
        try {
            if (wanted.followUps() && Task.FOLLOW_UPS.isOn(calls.settings())) {
                followUps(caller, turn, beside.get());
            }
            if (wanted.tags() && Task.TAGS.isOn(calls.settings())) {
                tag(caller, turn, beside.get());
            }
        } catch (LlmException e) {
            log.info("a model did not do its task chat={} cause={}", turn.chatId(), e.toString());
        }
    }

    private void followUps(Caller caller, TurnStore.Turn turn, String model) {
        var answer = calls.ask(caller, model, turn.chatId(), Task.FOLLOW_UPS, matter(caller, turn));
        var questions = list(calls.texts(answer, "follow_ups", 5, MAX_QUESTION));
        if (!questions.isEmpty() && store.keepFollowUps(turn, questions)) {
            var data = JsonNodeFactory.instance.objectNode();
            data.set("follow_ups", questions);
            sockets.tell(turn, "chat:message:follow_ups", data);
        }
    }

    private void tag(Caller caller, TurnStore.Turn turn, String model) {
        var answer = calls.ask(caller, model, turn.chatId(), Task.TAGS, matter(caller, turn));
        var names = calls.texts(answer, "tags", 3, 40).stream()
                .filter(name -> !name.equalsIgnoreCase("none"))
                .toList();
        names.forEach(name -> tags.add(turn.accountId(), turn.chatId(), name));
        if (!names.isEmpty()) {
            sockets.tell(turn, "chat:tags", list(names));
        }
    }

    private static ArrayNode list(List<String> texts) {
        var list = JsonNodeFactory.instance.arrayNode();
        texts.forEach(list::add);
        return list;
    }

    private String question(TurnStore.Turn turn) {
        return turns.pathOf(turn).stream()
                .filter(message -> message.role().equals("user"))
                .findFirst()
                .map(Message::content)
                .orElse("");
    }

    private Task.Matter matter(Caller caller, TurnStore.Turn turn) {
        var messages = JsonNodeFactory.instance.arrayNode();
        for (var message : turns.withAnswer(turn)) {
            messages.addObject().put("role", message.role()).put("content", message.content());
        }
        return new Task.Matter(messages, question(turn), "", caller.person().name(), List.of());
    }
}
