package carafe.feature.accounts;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Which models somebody waits for at this moment: what pages said in the last {@value #WINDOW_MS} ms. */
final class ModelsInUse {
    private static final long WINDOW_MS = 3_000;
    private static final int MOST = 1_000;
    private static final int LONGEST_ID = 256;

    private record Use(String accountId, String model) {}

    private final Clock clock;
    private final SequencedMap<Use, Long> uses = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Use, Long> eldest) {
            return size() > MOST;
        }
    };

    ModelsInUse(Clock clock) {
        this.clock = clock;
    }

    void used(String accountId, String model) {
        if (model.length() > LONGEST_ID) {
            return;
        }
        synchronized (uses) {
            uses.putLast(new Use(accountId, model), clock.millis());
        }
    }

    /** Their ids, each once, in order. */
    List<String> ids() {
        long since = clock.millis() - WINDOW_MS;
        synchronized (uses) {
            uses.values().removeIf(at -> at < since);
            return uses.keySet().stream().map(Use::model).distinct().sorted().toList();
        }
    }
}
