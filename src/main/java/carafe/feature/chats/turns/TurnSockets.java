package carafe.feature.chats.turns;

import carafe.feature.chats.ChatSockets;
import carafe.feature.chats.TurnStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the sockets of an account how its answers grow. Each answer that somebody may hear of has one follower, which
 * begins with a snapshot; a socket that comes later makes it send another, so that every tab has the whole text.
 */
public final class TurnSockets {
    private static final Logger log = LoggerFactory.getLogger(TurnSockets.class);

    private final ChatSockets sockets;
    private final Map<String, RunningTurn.Listener> followed = new ConcurrentHashMap<>();

    public TurnSockets(ChatSockets sockets) {
        this.sockets = sockets;
    }

    /** Called when the turn begins, and when a socket of its account comes: it is followed from then on, anew if it was. */
    void follow(RunningTurn run) {
        if (sockets.isHeard(run.turn.accountId())) {
            followed.compute(run.key(), (id, listener) -> {
                if (listener == null) {
                    return begin(run);
                }
                listener.startAnew();
                return listener;
            });
        }
    }

    /** One event about an answer, beside its text. */
    void tell(TurnStore.Turn turn, String type, JsonNode data) {
        var event = JsonNodeFactory.instance.objectNode().put("type", type);
        event.set("data", data);
        sockets.tell(turn.accountId(), turn.chatId(), turn.messageId(), event, event);
    }

    /** Question and answers of turns that begin, for tabs that show the chat and have not asked. */
    void tellMessages(TurnStore.Turn first, ObjectNode drawn) {
        sockets.tellOthers(first.accountId(), first.chatId(), first.messageId(), drawn);
    }

    private RunningTurn.Listener begin(RunningTurn run) {
        var listener = run.listen();
        Thread.ofVirtual().name("turn-sockets").start(() -> {
            try (listener) {
                new Follower(run).tell(listener);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                log.error("an answer is no longer told to its sockets chat={}", run.turn.chatId(), e);
            } finally {
                followed.remove(run.key(), listener);
            }
        });
        return listener;
    }

    /** Puts the updates of one answer into events. */
    private final class Follower {
        private final RunningTurn run;
        private final OutputEvents events;
        private boolean thinking;

        Follower(RunningTurn run) {
            this.run = run;
            this.events = new OutputEvents(run.turn.messageId(), run::secondsOfThought);
        }

        void tell(RunningTurn.Listener listener) throws InterruptedException {
            for (var updates = listener.next(); !updates.isEmpty(); updates = listener.next()) {
                for (var update : updates) {
                    tell(update);
                }
                if (updates.getLast() instanceof RunningTurn.Update.End) {
                    return;
                }
            }
        }

        private void tell(RunningTurn.Update update) {
            switch (update) {
                case RunningTurn.Update.Snapshot(var content, var reasoning) -> snapshot(content, reasoning);
                case RunningTurn.Update.Delta(var content, var reasoning) -> {
                    if (!reasoning.isEmpty()) {
                        thought(reasoning);
                    }
                    if (!content.isEmpty()) {
                        text(content);
                    }
                }
                case RunningTurn.Update.End(var ended) -> end(ended);
            }
        }

        private void snapshot(String content, String reasoning) {
            sendToAll(OutputEvents.active(true));
            var now = events.snapshot(content, reasoning);
            if (!content.isEmpty() || !reasoning.isEmpty()) {
                send(now, events.whole());
            }
            thinking = !reasoning.isEmpty() && content.isEmpty();
        }

        private void thought(String piece) {
            if (!thinking) {
                thinking = true;
                sendNow(events.reasoningItem("added"));
            }
            sendNow(events.thought(piece));
        }

        private void text(String piece) {
            boolean thoughtBefore = thinking;
            if (thinking) {
                thinking = false;
                sendNow(events.reasoningItem("done"));
            }
            var now = events.text(piece);
            // those before 0.12 see the thoughts once they are whole, in one piece with the beginning of the text
            send(now, thoughtBefore ? events.whole() : OutputEvents.piece(piece));
        }

        private void end(RunningTurn.Ended ended) {
            switch (ended.state()) {
                case "done" -> send(events.done(ended, true), events.done(ended, false));
                case "cancelled" -> sendToAll(events.cancelled());
                default -> sendToAll(OutputEvents.failed(ended.error()));
            }
            if (!run.amongOthers()) {
                sendToAll(OutputEvents.active(false));
            }
        }

        private void send(ObjectNode now, @Nullable ObjectNode before) {
            var turn = run.turn;
            sockets.tell(turn.accountId(), turn.chatId(), turn.messageId(), now, before);
        }

        private void sendNow(ObjectNode now) {
            send(now, null);
        }

        private void sendToAll(ObjectNode event) {
            send(event, event);
        }
    }
}
