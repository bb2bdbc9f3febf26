package carafe.feature.localchat;

import carafe.feature.chats.turns.RunningTurn;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open sockets of one session, and the answers they are being told of. */
final class Room {
    private static final Logger log = LoggerFactory.getLogger(Room.class);

    private static final int REMEMBERED = 16;

    private record Later(String event, ObjectNode data) {}

    private final Runnable emptied;
    private final Set<ChatSocket> sockets = new LinkedHashSet<>();
    private final Map<String, Telling> tellings = new LinkedHashMap<>();
    private final Map<String, Telling.Asker> askers = new HashMap<>();
    private final List<Later> afterwards = new ArrayList<>();
    /** The last answers that were told to their end: one who joins may still have found them running. */
    private final ArrayDeque<String> told = new ArrayDeque<>();

    /** @param emptied runs when the last socket or answer has gone, not under this room's lock */
    Room(Runnable emptied) {
        this.emptied = emptied;
    }

    /** Says who asks for the answer that is about to be followed. */
    synchronized void expect(String messageId, Telling.Asker asker) {
        askers.put(messageId, asker);
    }

    synchronized void join(ChatSocket socket) {
        sockets.add(socket);
        tellings.values().forEach(telling -> telling.catchUp(socket));
    }

    /** Tells all sockets, after the answer that is being told: nothing comes in between its events. */
    synchronized void tellAfterwards(String event, ObjectNode data) {
        if (tellings.isEmpty()) {
            sockets.forEach(socket -> socket.event(event, data));
        } else {
            afterwards.add(new Later(event, data));
        }
    }

    /** @param cancel whether answers that sockets asked for end with the last of them */
    void leave(ChatSocket socket, boolean cancel) {
        List<Telling> unheard = List.of();
        synchronized (this) {
            if (!sockets.remove(socket)) {
                return;
            }
            if (cancel && sockets.isEmpty()) {
                unheard = tellings.values().stream().filter(Telling::isOfSocket).toList();
            }
        }
        unheard.forEach(Telling::cancel);
        emptied.run();
    }

    /** Tells the sockets of an answer from its beginning; once for each. */
    void follow(RunningTurn run) {
        var telling = begin(run);
        if (telling != null) {
            run.watch(
                    update -> tell(run, telling, update)); // not under our lock: the answer is told under its own first
        }
    }

    private synchronized @Nullable Telling begin(RunningTurn run) {
        var id = run.turn().messageId();
        if (tellings.containsKey(id) || told.contains(id)) {
            return null;
        }
        var asker = askers.remove(id);
        var telling = new Telling(run, asker == null ? Telling.Asker.NOBODY : asker, sockets);
        tellings.put(id, telling);
        telling.start();
        return telling;
    }

    /** What cannot be told ends the connections, and nothing more is tried. */
    private void tell(RunningTurn run, Telling telling, RunningTurn.Update update) {
        var id = run.turn().messageId();
        synchronized (this) {
            if (!tellings.containsKey(id)) {
                return;
            }
            try {
                telling.update(update);
                if (update instanceof RunningTurn.Update.End) {
                    over(id);
                }
            } catch (RuntimeException e) {
                log.error(
                        "an answer is no longer told to its sockets session={}",
                        run.turn().chatId(),
                        e);
                sockets.forEach(socket -> socket.close(ChatSocket.BROKEN, "something went wrong on our side"));
                tellings.remove(id);
            }
            if (tellings.containsKey(id)) {
                return;
            }
        }
        emptied.run();
    }

    private void over(String messageId) {
        tellings.remove(messageId);
        if (tellings.isEmpty()) {
            afterwards.forEach(later -> sockets.forEach(socket -> socket.event(later.event(), later.data())));
            afterwards.clear();
        }
        told.addLast(messageId);
        if (told.size() > REMEMBERED) {
            told.removeFirst();
        }
    }

    synchronized boolean isTelling() {
        return !tellings.isEmpty();
    }

    synchronized boolean isEmpty() {
        return sockets.isEmpty() && tellings.isEmpty();
    }
}
