package carafe.feature.localchat;

import carafe.feature.chats.turns.RunningTurn;
import carafe.feature.chats.turns.Turns;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The sessions that somebody is connected to. */
final class Rooms {
    private final Turns turns;
    private final Map<String, Room> rooms = new ConcurrentHashMap<>();

    Rooms(Turns turns) {
        this.turns = turns;
        turns.whenBegun(this::follow);
    }

    /** The room is there before the answer begins that somebody in it asks for. */
    Optional<Room> find(String sessionId) {
        return Optional.ofNullable(rooms.get(sessionId));
    }

    /** An answer that runs already is told to the socket from its beginning. */
    void join(String accountId, ChatSocket socket) {
        var id = socket.chatId();
        rooms.compute(id, (key, there) -> {
            var room = there == null ? new Room(() -> forget(id)) : there;
            room.join(socket);
            return room;
        });
        turns.running(accountId, id).ifPresent(this::follow);
    }

    void leave(ChatSocket socket, boolean cancel) {
        find(socket.chatId()).ifPresent(room -> room.leave(socket, cancel));
    }

    private void follow(RunningTurn run) {
        find(run.turn().chatId()).ifPresent(room -> room.follow(run));
    }

    private void forget(String id) {
        rooms.computeIfPresent(id, (key, room) -> room.isEmpty() ? null : room);
    }

    boolean isTelling(String sessionId) {
        return find(sessionId).map(Room::isTelling).orElse(false);
    }

    boolean isTelling() {
        return rooms.values().stream().anyMatch(Room::isTelling);
    }
}
