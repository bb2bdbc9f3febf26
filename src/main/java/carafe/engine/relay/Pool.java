package carafe.engine.relay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Connections of one loop that nobody uses at the moment, the last used first. */
final class Pool {
    private static final int MOST_IDLE = 2_048;

    private final Map<Origin, ArrayDeque<UpstreamConnection>> idle = new HashMap<>();
    private int count;

    @Nullable
    UpstreamConnection take(Origin origin) {
        var waiting = idle.get(origin);
        while (waiting != null && !waiting.isEmpty()) {
            var connection = waiting.removeLast();
            count--;
            if (connection.isFit()) {
                return connection;
            }
        }
        return null;
    }

    void give(UpstreamConnection connection) {
        if (count >= MOST_IDLE) {
            connection.close();
            return;
        }
        idle.computeIfAbsent(connection.origin, key -> new ArrayDeque<>()).addLast(connection);
        count++;
    }

    void forget(UpstreamConnection connection) {
        var waiting = idle.get(connection.origin);
        if (waiting != null && waiting.removeLastOccurrence(connection)) {
            count--;
            if (waiting.isEmpty()) {
                idle.remove(connection.origin);
            }
        }
    }

    /** Closes all that wait. */
    void clear() {
        var all = new ArrayList<UpstreamConnection>();
        idle.values().forEach(all::addAll);
        all.forEach(UpstreamConnection::close);
    }
}
