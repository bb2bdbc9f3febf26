package carafe.feature.models;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the last look at a connection found.
 *
 * @param models ids, kept from the last good look while the connection is down
 * @param error a sentence for people, null when it answered
 * @param checkedAt epoch milliseconds, 0 before the first look
 */
record ConnectionStatus(List<String> models, @Nullable String error, long checkedAt) {
    static final ConnectionStatus UNKNOWN = new ConnectionStatus(List.of(), null, 0);

    ConnectionStatus {
        models = List.copyOf(models);
    }

    boolean ok() {
        return error == null && checkedAt > 0;
    }
}
