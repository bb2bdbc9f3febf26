package carafe.platform.realtime.socketio;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who hears what is sent to a name. */
final class Rooms {
    private final Map<String, Set<Socket>> members = new ConcurrentHashMap<>();

    void add(String room, Socket socket) {
        members.compute(room, (name, sockets) -> {
            var set = sockets == null ? ConcurrentHashMap.<Socket>newKeySet(4) : sockets;
            set.add(socket);
            return set;
        });
    }

    void remove(String room, Socket socket) {
        members.computeIfPresent(room, (name, sockets) -> {
            sockets.remove(socket);
            return sockets.isEmpty() ? null : sockets;
        });
    }

    Set<Socket> of(String room) {
        return members.getOrDefault(room, Set.of());
    }
}
