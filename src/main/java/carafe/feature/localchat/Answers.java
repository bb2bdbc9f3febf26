package carafe.feature.localchat;

import carafe.feature.chats.LinearChats;
import carafe.feature.chats.LinearTurns;
import carafe.feature.chats.TurnStore.Turn;
import carafe.feature.chats.turns.RunningTurn;
import carafe.feature.chats.turns.Turns;
import carafe.platform.http.Caller;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Consumer;

/** Begins answers in sessions, over whatever transport they were asked for. */
final class Answers {
    /** How an answer is asked for. */
    enum Transport {
        REST,
        SSE,
        WS;

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final LinearTurns store;
    private final Turns turns;
    private final Prompts prompts;
    private final ChatMeters meters;

    Answers(LinearTurns store, Turns turns, Prompts prompts, ChatMeters meters) {
        this.store = store;
        this.turns = turns;
        this.prompts = prompts;
        this.meters = meters;
    }

    /** Stores what is said and what will become its answer, which is written when {@link #write} is called. */
    Turn ask(Caller caller, String sessionId, List<LinearChats.Added> said, String model) {
        var account = caller.person().id();
        turns.refuseTooMany(account);
        return store.begin(account, sessionId, said, model);
    }

    /** As {@link #ask}, for another answer to the last question. */
    Turn again(Caller caller, String sessionId, String model) {
        var account = caller.person().id();
        turns.refuseTooMany(account);
        return store.again(account, sessionId, model);
    }

    /** @param prompt is told what the model is given, before it is called */
    RunningTurn write(
            Caller caller, Transport transport, String model, Turn turn, Wish wish, Consumer<JsonNode> prompt) {
        return turns.write(
                caller,
                "local",
                model,
                turn,
                begun -> {
                    var request = prompts.request(turns.pathOf(begun), wish);
                    prompt.accept(request.path("messages"));
                    return request;
                },
                (over, ended) -> meters.ended(transport.label(), model, ended));
    }
}
