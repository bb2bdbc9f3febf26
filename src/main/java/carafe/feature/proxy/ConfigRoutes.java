package carafe.feature.proxy;

import carafe.platform.audit.AuditLog;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings, read and written by the panel. A change holds at once. */
final class ConfigRoutes {
    private static final Logger log = LoggerFactory.getLogger(ConfigRoutes.class);

    private final ProxyConfig config;
    private final Restart restart;
    private final Gate gate;
    private final Body body;
    private final Door door;
    private final @Nullable AuditLog audit;

    ConfigRoutes(ProxyConfig config, Restart restart, Gate gate, Body body, Door door, @Nullable AuditLog audit) {
        this.config = config;
        this.restart = restart;
        this.gate = gate;
        this.body = body;
        this.door = door;
        this.audit = audit;
    }

    void register(Routes routes, String prefix) {
        AdminRoutes.both(prefix, "/config", (path, r) -> routes.get(path, r, this::open));
        AdminRoutes.both(prefix, "/config", (path, r) -> routes.post(path, r, this::change));
        AdminRoutes.both(prefix, "/config", (path, r) -> routes.put(path, r, this::change));
        AdminRoutes.both(prefix, "/config", (path, r) -> routes.head(path, r, this::probe));
        AdminRoutes.both(prefix, "/config/private", (path, r) -> routes.get(path, r, this::whole));
        AdminRoutes.both(prefix, "/config/metadata", (path, r) -> routes.get(path, r, this::metadata));
    }

    private void open(Context ctx) {
        gate.forAnybody(ctx);
        ctx.json(shown(true));
    }

    private void whole(Context ctx) {
        gate.forOwner(ctx);
        ctx.header("Cache-Control", "no-store").json(shown(false));
    }

    private void probe(Context ctx) {
        gate.forOwner(ctx);
        ctx.status(204);
    }

    private void metadata(Context ctx) {
        gate.forAnybody(ctx);
        var json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("metadata");
        ConfigKey.KNOWN.forEach(key -> list.add(key.entry(key.fallback())));
        var later = json.putArray("more_metadata");
        ConfigKey.LATER.forEach(key -> later.add(key.entry(key.fallback())));
        ctx.json(json);
    }

    private ObjectNode shown(boolean blank) {
        var json = JsonNodeFactory.instance.objectNode();
        json.set("entries", entries(ConfigKey.KNOWN, blank));
        json.set("more_entries", entries(ConfigKey.LATER, blank));
        json.put("api_key_configured", config.settings().key().isSet())
                .put("read_only", false)
                .put("needs_restart", false);
        ConfigKey.KNOWN.forEach(key -> json.set(key.key(), value(key, blank)));
        return json;
    }

    private ArrayNode entries(List<ConfigKey> keys, boolean blank) {
        var list = JsonNodeFactory.instance.arrayNode();
        keys.forEach(key -> list.add(key.entry(value(key, blank))));
        return list;
    }

    private JsonNode value(ConfigKey key, boolean blank) {
        if (blank && key.secret()) {
            return key.blank();
        }
        var settings = config.settings();
        return switch (key.key()) {
            case "target_base_url" ->
                TextNode.valueOf(
                        settings.upstreams().stream().map(BaseUrl::text).collect(Collectors.joining(";")));
            case "preserve_host" -> BooleanNode.valueOf(settings.preserveHost());
            case "system_prompt_replacement" ->
                settings.replacement() == null ? NullNode.getInstance() : TextNode.valueOf(settings.replacement());
            case "system_prompt_block_insert_if_not_exist" -> BooleanNode.valueOf(settings.insert());
            case "debug_mode" -> BooleanNode.valueOf(settings.debug());
            case "port" -> IntNode.valueOf(door.port());
            case "enable_dashboard" -> BooleanNode.valueOf(settings.dashboard());
            case "dashboard_api_key" -> TextNode.valueOf(settings.key().reveal());
            case "timeout" -> TextNode.valueOf(settings.silence().toSeconds() + "s");
            case "http_proxy" -> address(settings.httpProxy());
            case "https_proxy" -> address(settings.httpsProxy());
            case "log_persistence_enabled" -> BooleanNode.valueOf(settings.keepsLog());
            case "log_retention_days" -> IntNode.valueOf(settings.logDays());
            case "log_daily_limit" -> IntNode.valueOf(settings.logLimit());
            case "dashboard_open_stats" -> BooleanNode.valueOf(settings.openStats());
            case ConfigKey.HEADERS -> {
                var headers = JsonNodeFactory.instance.objectNode();
                settings.headers().forEach(headers::put);
                yield headers;
            }
            default -> throw new IllegalStateException("no value for " + key.key());
        };
    }

    private static JsonNode address(@Nullable BaseUrl proxy) {
        return TextNode.valueOf(proxy == null ? "" : proxy.text());
    }

    private void change(Context ctx) {
        gate.forOwner(ctx);
        var changes = ConfigChange.of(body.fields(ctx), door.variable());
        int port = changes.port();
        var moved = port > 0 && port != door.port() ? move(port) : null;
        try {
            save(changes);
        } catch (IOException e) {
            if (moved != null) {
                moved.undo();
            }
            log.error("the settings of the proxy cannot be written", e);
            throw new Problem.Upstream(500, "settings_not_written", "The settings were not saved: " + e.getMessage());
        }
        if (moved != null) {
            moved.settle();
        }
        tell(ctx, changes);
    }

    private Door.Move move(int port) {
        try {
            return door.move(port);
        } catch (IOException e) {
            throw new Problem.Unprocessable(
                    "The port " + port + " cannot be opened: " + e.getMessage(), ConfigKey.PORT);
        }
    }

    private void save(ConfigChange changes) throws IOException {
        if (!changes.variables().isEmpty() || changes.headers() != null) {
            config.save(changes.variables(), changes.headers());
        }
        if (!changes.variables().isEmpty()) {
            restart.schedule("exec"); // what panels wait for is a new boot id
        }
    }

    private void tell(Context ctx, ConfigChange changes) {
        boolean again = !changes.variables().isEmpty();
        log.info("settings of the proxy changed fields={}", changes.fields());
        if (audit != null) {
            var caller = Caller.of(ctx);
            audit.add(
                    "proxy.settings",
                    caller instanceof Caller.Anonymous ? null : caller.person().id(),
                    "proxy:settings",
                    Caller.addressOf(ctx),
                    JsonNodeFactory.instance.objectNode().put("fields", String.join(",", changes.fields())));
        }
        var answer = JsonNodeFactory.instance.objectNode().put("success", true);
        var fields = answer.putArray("updated_fields");
        changes.fields().forEach(fields::add);
        answer.put("message", again ? "Saved. The settings hold for every new request." : "Saved.")
                .put("restart_scheduled", again);
        if (again) {
            answer.put("restart_after_ms", Restart.DELAY_MS);
        }
        answer.set("entries", entries(ConfigKey.KNOWN, false));
        answer.set("more_entries", entries(ConfigKey.LATER, false));
        ctx.json(answer);
    }
}
