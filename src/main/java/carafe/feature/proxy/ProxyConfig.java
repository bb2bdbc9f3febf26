package carafe.feature.proxy;

import carafe.platform.config.EnvFile;
import carafe.platform.config.ProxyCatalogue;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings in force. They live in {@code .env}, which wins over the environment, and {@code .env.headers.json} beside
 * it; both are written here and read again when somebody else changed them. A change holds for requests that come after
 * it; those under way go on with what they began with.
 */
final class ProxyConfig implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProxyConfig.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** The settings with what is told about them. {@code bootId} changes whenever they were taken over anew. */
    record Current(Rules rules, String bootId, long startedAt) {}

    private record Stamp(@Nullable FileTime env, @Nullable FileTime headers) {}

    private final Map<String, String> environment;
    private final EnvFile env;
    private final EnvFile headers;
    private final ObjectMapper mapper;
    private final Clock clock;
    private final List<Consumer<ProxySettings>> listeners = new CopyOnWriteArrayList<>();
    private final Thread watcher = Thread.ofVirtual().name("proxy-settings").unstarted(this::watch);
    private volatile Current current;
    private volatile Stamp seen = new Stamp(null, null);
    private volatile Stamp glimpsed = seen;
    private volatile @Nullable Map<String, String> said;

    /**
     * Reads both files.
     *
     * @param environment what the process's environment says, by name
     */
    ProxyConfig(Map<String, String> environment, Path file, ObjectMapper mapper, Clock clock) {
        this.environment = Map.copyOf(environment);
        this.env = new EnvFile(file, clock);
        this.headers = new EnvFile(file.resolveSibling(".env.headers.json"), clock);
        this.mapper = mapper;
        this.clock = clock;
        this.current = fresh(read());
    }

    /** Begins to look for changes that others make to the files. */
    void start() {
        watcher.start();
    }

    Current current() {
        return current;
    }

    Rules rules() {
        return current.rules();
    }

    ProxySettings settings() {
        return current.rules().settings();
    }

    EnvFile envFile() {
        return env;
    }

    /** {@code listener} hears of settings after they have come into force. */
    void onChange(Consumer<ProxySettings> listener) {
        listeners.add(listener);
    }

    /** Reads the files again, and counts as a restart for whoever watches the boot id. */
    synchronized void reload() {
        current = fresh(read());
        tell();
    }

    /**
     * Writes both or neither, and takes them over; for the boot id that is no restart yet.
     *
     * @param changes values by variable, null takes one out
     * @param newHeaders in place of those that are set; null leaves them
     */
    synchronized void save(Map<String, @Nullable String> changes, @Nullable ObjectNode newHeaders) throws IOException {
        var before = newHeaders == null ? "" : headers.text();
        if (newHeaders != null) {
            headers.replace(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(newHeaders) + "\n");
        }
        try {
            if (!changes.isEmpty()) {
                env.update(changes);
            }
        } catch (IOException e) {
            if (newHeaders != null) {
                headers.replace(before.isEmpty() ? "{}\n" : before);
            }
            throw e;
        }
        takeOver();
    }

    private void takeOver() {
        current = new Current(read(), current.bootId(), current.startedAt());
        tell();
    }

    private void tell() {
        var settings = settings();
        settings.mistakes().forEach(mistake -> log.warn("a setting of the proxy cannot be used: {}", mistake));
        listeners.forEach(listener -> listener.accept(settings));
    }

    private Current fresh(Rules rules) {
        return new Current(rules, UUID.randomUUID().toString(), clock.instant().getEpochSecond());
    }

    private Rules read() {
        seen = stamp();
        var values = new HashMap<>(environment);
        var custom = "";
        values.putAll(said());
        try {
            custom = headers.text();
        } catch (IOException e) {
            log.warn("the custom headers cannot be read cause={}", e.getMessage());
        }
        return new Rules(ProxySettings.of(values, CustomHeaders.read(custom, mapper)));
    }

    /** What the file says. One that cannot be read says what it said before: else requests and keys went elsewhere. */
    private Map<String, String> said() {
        var before = said;
        try {
            var now = env.read();
            said = now;
            return now;
        } catch (IOException e) {
            log.error("the settings of the proxy cannot be read, those before hold cause={}", e.getMessage());
            if (before != null) {
                return before;
            }
            // without an upstream of the environment there is none, rather than the default one
            var url = ProxyCatalogue.API_BASE_URL;
            return url.names().stream().anyMatch(environment::containsKey)
                    ? Map.of()
                    : Map.of(url.name(), "unreadable");
        }
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes over what somebody else wrote, once it has stayed the same from one look to the next: half a file is none. */
    private synchronized void look() {
        var now = stamp();
        boolean settled = now.equals(glimpsed);
        glimpsed = now;
        if (now.equals(seen) || !settled) {
            return;
        }
        boolean onlyHeaders = Objects.equals(now.env(), seen.env());
        log.info("settings of the proxy changed on disk and hold now");
        if (onlyHeaders) {
            takeOver();
        } else {
            reload();
        }
    }

    private Stamp stamp() {
        return new Stamp(time(env.path()), time(headers.path()));
    }

    private static @Nullable FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return null; // not there
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
