package carafe.platform.config;

import carafe.platform.db.Db;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings that admins change while the server runs: table {@code setting} over environment over default. Readers
 * see one immutable snapshot; a change here shows at once, one of another node after at most {@value #POLL_SECONDS}
 * seconds. Secrets lie sealed in the table.
 */
public final class LiveSettings implements AutoCloseable {
    private static final int POLL_SECONDS = 5;
    private static final Logger log = LoggerFactory.getLogger(LiveSettings.class);

    private record Snapshot(long version, Map<String, String> values) {}

    private record Row(String key, String value, long version) {}

    private final Db db;
    private final SecretKeys keys;
    private final Map<String, String> start;
    private final Clock clock;
    private final AtomicReference<Snapshot> current = new AtomicReference<>(new Snapshot(-1, Map.of()));
    private final AtomicReference<@Nullable Thread> poller = new AtomicReference<>();

    /** Reads the table once. {@code start} is {@link Config#live}. */
    public LiveSettings(Db db, SecretKeys keys, Map<String, String> start, Clock clock) {
        this.db = db;
        this.keys = keys;
        this.start = Map.copyOf(start);
        this.clock = clock;
        refresh();
    }

    /** Begins to look for changes by other nodes. */
    public void start() {
        poller.set(Thread.ofVirtual().name("settings").start(this::poll));
    }

    private void poll() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(Duration.ofSeconds(POLL_SECONDS));
                refresh();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.warn("settings could not be read; the last known ones hold", e);
            }
        }
    }

    /** Takes over what the table says now. */
    public void refresh() {
        long version = db.one("SELECT coalesce(max(version), 0) FROM setting", row -> row.getLong(1))
                .orElse(0L);
        if (version == current.get().version()) {
            return;
        }
        var values = new HashMap<String, String>();
        long newest = 0;
        for (var row : db.list(
                "SELECT key, value, version FROM setting",
                r -> new Row(r.getString("key"), r.getString("value"), r.getLong("version")))) {
            newest = Math.max(newest, row.version());
            var setting = Catalogue.live(row.key());
            if (setting != null) {
                values.put(row.key(), opened(setting, row.value()));
            }
        }
        var read = new Snapshot(newest, Map.copyOf(values));
        current.updateAndGet(known -> known.version() > read.version() ? known : read);
    }

    private String opened(Setting setting, String stored) {
        if (!setting.secret() || stored.isEmpty()) {
            return stored;
        }
        try {
            return keys.open(stored).reveal();
        } catch (SecretKeys.SealBroken e) {
            log.warn("setting {} cannot be opened and counts as unset: {}", setting.name(), e.getMessage());
            return "";
        }
    }

    public String text(Setting setting) {
        var stored = current.get().values().get(setting.name());
        return stored == null ? start.getOrDefault(setting.name(), setting.fallback()) : stored;
    }

    /** The number it holds; of one that came in wrongly the default. */
    public int number(Setting setting) {
        try {
            return Integer.parseInt(text(setting));
        } catch (NumberFormatException e) {
            return Integer.parseInt(setting.fallback());
        }
    }

    /** False unless it reads as true; unset is false, too. */
    public boolean isOn(Setting setting) {
        return switch (text(setting).toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> true;
            default -> false;
        };
    }

    /**
     * Stores {@code changes} together; they show once the running transaction, if there is one, is committed.
     *
     * @throws IllegalArgumentException naming a value that its setting cannot have
     */
    public void set(Map<Setting, String> changes, @Nullable String accountId) {
        changes.forEach(LiveSettings::check);
        db.transaction(() -> {
            long version = db.one("SELECT coalesce(max(version), 0) + 1 FROM setting", row -> row.getLong(1))
                    .orElse(1L);
            changes.forEach((setting, value) -> store(setting, value, version, accountId));
            db.afterCommit(this::refresh);
            return version;
        });
    }

    private void store(Setting setting, String value, long version, @Nullable String accountId) {
        var stored = setting.secret() && !value.isEmpty() ? keys.seal(new Secret(value)) : value;
        db.update("""
                INSERT INTO setting (key, value, version, updated_at, updated_by) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,
                    updated_at = excluded.updated_at, updated_by = excluded.updated_by""", setting.name(), stored, version, clock.instant(), accountId);
    }

    private static void check(Setting setting, String value) {
        if (setting.home() != Setting.Home.TABLE) {
            throw new IllegalArgumentException(setting.name() + " is fixed at start");
        }
        boolean fits = switch (setting.kind()) {
            case SWITCH -> value.isEmpty() || value.equals("true") || value.equals("false");
            case NUMBER -> value.matches("-?\\d{1,9}");
            case DURATION -> Config.isLifetime(value) && !value.equals("-1");
            case ROLE -> value.matches("pending|user|admin");
            case TEXT, LIST -> !setting.equals(Catalogue.JWT_EXPIRES) || Config.isLifetime(value);
        };
        if (!fits) {
            throw new IllegalArgumentException(
                    setting.name() + " cannot have this value; one that works is " + setting.example() + ".");
        }
    }

    @Override
    public void close() {
        var thread = poller.getAndSet(null);
        if (thread != null) {
            thread.interrupt();
        }
    }
}
