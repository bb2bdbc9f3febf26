package carafe.platform.config;

import static carafe.platform.config.Setting.Category.PROXY;

import carafe.platform.config.Setting.Kind;
import java.util.List;

/** The settings of the transparent proxy. Most live in a file that its panel writes; see {@link Setting.Home#ENV_FILE}. */
public final class ProxyCatalogue {
    public static final Setting PROXY_PORT = Setting.of(
            "PROXY_PORT",
            Kind.NUMBER,
            "",
            PROXY,
            "8088",
            "Port of the transparent proxy; unset: none. Alone (`carafe.jar proxy`) it listens on `PORT`, 8088 if unset.");
    static final Setting FALLBACK_PORT = Setting.of(
            "FALLBACK_PORT", Kind.NUMBER, "8088", PROXY, "8089", "Tried by the proxy alone when its port is taken.");
    public static final Setting API_BASE_URL = Setting.of(
                    "API_BASE_URL",
                    Kind.LIST,
                    "https://anyrouter.top",
                    PROXY,
                    "https://api.anthropic.com",
                    "Where the proxy passes requests on; of several the next is tried when one cannot be reached.")
            .alias("TARGET_BASE_URL")
            .inEnvFile();
    public static final Setting SYSTEM_PROMPT_REPLACEMENT = Setting.of(
                    "SYSTEM_PROMPT_REPLACEMENT",
                    Kind.TEXT,
                    "",
                    PROXY,
                    "You are a careful engineer.",
                    "Takes the place of the first system prompt of `/v1/messages`; unset: prompts stay as they are.")
            .inEnvFile();
    public static final Setting PROMPT_INSERT = Setting.of(
                    "SYSTEM_PROMPT_BLOCK_INSERT_IF_NOT_EXIST",
                    Kind.SWITCH,
                    "false",
                    PROXY,
                    "true",
                    "Put it before the first prompt instead, unless that one is Claude Code's.")
            .inEnvFile();
    public static final Setting PRESERVE_HOST = Setting.of(
                    "PRESERVE_HOST",
                    Kind.SWITCH,
                    "false",
                    PROXY,
                    "true",
                    "Pass the client's `Host` on instead of the upstream's.")
            .inEnvFile();
    public static final Setting HTTP_PROXY = Setting.of(
                    "HTTP_PROXY",
                    Kind.TEXT,
                    "",
                    PROXY,
                    "http://10.0.0.1:3128",
                    "Proxy on the way to `http://` upstreams.")
            .inEnvFile();
    public static final Setting HTTPS_PROXY = Setting.of(
                    "HTTPS_PROXY",
                    Kind.TEXT,
                    "",
                    PROXY,
                    "http://10.0.0.1:3128",
                    "Proxy on the way to `https://` upstreams.")
            .inEnvFile();
    public static final Setting PROXY_TIMEOUT = Setting.of(
                    "PROXY_TIMEOUT",
                    Kind.DURATION,
                    "60s",
                    PROXY,
                    "5m",
                    "How long an upstream of the proxy may stay silent.")
            .inEnvFile();
    public static final Setting DEBUG_MODE = Setting.of(
                    "DEBUG_MODE",
                    Kind.SWITCH,
                    "false",
                    PROXY,
                    "true",
                    "Keep the bodies of all answers, not only of failed ones, in the proxy's own log.")
            .inEnvFile();
    public static final Setting ENABLE_DASHBOARD = Setting.of(
                    "ENABLE_DASHBOARD", Kind.SWITCH, "false", PROXY, "true", "Show the proxy's panel at `/admin`.")
            .inEnvFile();
    public static final Setting DASHBOARD_KEY = Setting.of(
                    "DASHBOARD_API_KEY",
                    Kind.TEXT,
                    "",
                    PROXY,
                    "a long random text",
                    "Opens the proxy's panel; unset: nobody can change anything there.")
            .hidden()
            .inEnvFile();
    public static final Setting DASHBOARD_OPEN = Setting.of(
                    "DASHBOARD_OPEN_STATS",
                    Kind.SWITCH,
                    "false",
                    PROXY,
                    "true",
                    "Show statistics and errors without the key, as older panels expect.")
            .inEnvFile();
    public static final Setting SUPERVISED = Setting.of(
                    "SUPERVISOR_ENABLED",
                    Kind.SWITCH,
                    "false",
                    PROXY,
                    "true",
                    "Somebody starts this program again when it ends: a restart from the panel then ends it.")
            .inEnvFile();
    public static final Setting PROXY_LOG = Setting.of(
                    "LOG_PERSISTENCE_ENABLED", Kind.SWITCH, "true", PROXY, "false", "Keep the proxy's log in files.")
            .inEnvFile();
    public static final Setting PROXY_LOG_FOLDER = Setting.of(
                    "LOG_STORAGE_PATH", Kind.TEXT, "data/logs", PROXY, "/var/log/proxy", "Folder of these files.")
            .inEnvFile();
    public static final Setting PROXY_LOG_DAYS = Setting.of(
                    "LOG_RETENTION_DAYS", Kind.NUMBER, "7", PROXY, "30", "Days they are kept.")
            .inEnvFile();
    public static final Setting PROXY_LOG_LIMIT = Setting.of(
                    "LOG_DAILY_LIMIT", Kind.NUMBER, "1000", PROXY, "10000", "Lines a day; further ones are dropped.")
            .inEnvFile();

    static final List<Setting> ALL = List.of(
            PROXY_PORT,
            FALLBACK_PORT,
            API_BASE_URL,
            SYSTEM_PROMPT_REPLACEMENT,
            PROMPT_INSERT,
            PRESERVE_HOST,
            HTTP_PROXY,
            HTTPS_PROXY,
            PROXY_TIMEOUT,
            DEBUG_MODE,
            ENABLE_DASHBOARD,
            DASHBOARD_KEY,
            DASHBOARD_OPEN,
            SUPERVISED,
            PROXY_LOG,
            PROXY_LOG_FOLDER,
            PROXY_LOG_DAYS,
            PROXY_LOG_LIMIT);

    private ProxyCatalogue() {}
}
