package carafe.platform.config;

import static carafe.platform.config.Setting.Category.ACCOUNTS;
import static carafe.platform.config.Setting.Category.DATA;
import static carafe.platform.config.Setting.Category.LIMITS;
import static carafe.platform.config.Setting.Category.LOGS;
import static carafe.platform.config.Setting.Category.MODELS;
import static carafe.platform.config.Setting.Category.SERVER;

import carafe.platform.config.Setting.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every setting there is, declared once. */
public final class Catalogue {
    static final Setting PORT = Setting.of("PORT", Kind.NUMBER, "8080", SERVER, "3000", "Port to listen on.");
    static final Setting HOST = Setting.of(
            "HOST",
            Kind.TEXT,
            "0.0.0.0",
            SERVER,
            "127.0.0.1",
            "Address to listen on; `127.0.0.1` for this machine only.");
    static final Setting SHUTDOWN_TIMEOUT = Setting.of(
            "SHUTDOWN_TIMEOUT", Kind.DURATION, "10s", SERVER, "30s", "How long running answers may go on at a stop.");
    static final Setting TRUSTED_PROXIES = Setting.of(
            "TRUSTED_PROXIES",
            Kind.LIST,
            "",
            SERVER,
            "10.0.0.0/8,127.0.0.1",
            "Proxies whose `X-Forwarded-For` is believed.");
    static final Setting CORS = Setting.of(
                    "CORS_ALLOW_ORIGIN",
                    Kind.LIST,
                    "",
                    SERVER,
                    "https://chat.example.org",
                    "Web origins that may call the API; `*` for any, then without cookies.")
            .alias("ALLOWED_ORIGINS");
    static final Setting COOKIE_SECURE = Setting.of(
            "WEBUI_AUTH_COOKIE_SECURE",
            Kind.SWITCH,
            "false",
            SERVER,
            "true",
            "Send the sign-in cookie over HTTPS only.");

    static final Setting DATA_DIR =
            Setting.of("DATA_DIR", Kind.TEXT, "data", DATA, "/var/lib/carafe", "Folder of database, models and logs.");
    static final Setting DATABASE_URL = Setting.of(
                    "DATABASE_URL",
                    Kind.TEXT,
                    "",
                    DATA,
                    "postgresql://carafe:secret@db/carafe",
                    "PostgreSQL instead of SQLite in the data folder.")
            .hidden();
    static final Setting SYNCHRONOUS = Setting.of(
            "SQLITE_SYNCHRONOUS",
            Kind.TEXT,
            "NORMAL",
            DATA,
            "FULL",
            "`FULL` also keeps the last writes through a power cut.");

    static final Setting OPENAI_URLS = Setting.of(
                    "OPENAI_API_BASE_URLS",
                    Kind.LIST,
                    "",
                    MODELS,
                    "https://api.openai.com/v1",
                    "OpenAI-compatible servers, separated by `;`.")
            .alias("OPENAI_API_BASE_URL");
    static final Setting OPENAI_KEYS = Setting.of(
                    "OPENAI_API_KEYS", Kind.LIST, "", MODELS, "sk-…;sk-…", "Their keys, in the same order.")
            .alias("OPENAI_API_KEY")
            .hidden();
    static final Setting OLLAMA_URLS = Setting.of(
                    "OLLAMA_BASE_URLS",
                    Kind.LIST,
                    "",
                    MODELS,
                    "http://localhost:11434",
                    "Ollama servers, separated by `;`.")
            .alias("OLLAMA_BASE_URL");
    static final Setting DEEPSEEK_KEY = Setting.of(
                    "DEEPSEEK_API_KEY", Kind.TEXT, "", MODELS, "sk-…", "Adds DeepSeek as a connection.")
            .hidden();
    static final Setting LOCAL_IDLE = Setting.of(
            "LOCAL_MODEL_IDLE",
            Kind.DURATION,
            "5m",
            MODELS,
            "30m",
            "Unused local models leave memory after this time.");
    static final Setting LOCAL_SLOTS = Setting.of(
            "LOCAL_MODEL_SLOTS", Kind.NUMBER, "4", MODELS, "2", "Answers a local model writes at once (1 to 16).");
    static final Setting LOCAL_MEMORY = Setting.of(
            "LOCAL_MODEL_MEMORY_MB",
            Kind.NUMBER,
            "4096",
            MODELS,
            "16384",
            "Memory that local models may take together.");
    static final Setting UPSTREAM_FIRST_BYTE = Setting.of(
            "UPSTREAM_TIMEOUT",
            Kind.DURATION,
            "5m",
            MODELS,
            "60s",
            "How long a model server may stay silent, before and between tokens.");

    static final Setting SECRET_KEY = Setting.of(
                    "WEBUI_SECRET_KEY",
                    Kind.TEXT,
                    "",
                    ACCOUNTS,
                    "a long random text",
                    "Signs tokens and encrypts stored keys; made in the data folder when not set.")
            .hidden();
    public static final Setting ENABLE_SIGNUP = Setting.of(
                    "ENABLE_SIGNUP",
                    Kind.SWITCH,
                    "",
                    ACCOUNTS,
                    "true",
                    "Whether strangers may sign up. Unset: only the first account, which becomes admin.")
            .live();
    public static final Setting DEFAULT_ROLE = Setting.of(
                    "DEFAULT_USER_ROLE",
                    Kind.ROLE,
                    "pending",
                    ACCOUNTS,
                    "user",
                    "Role of new accounts: `pending`, `user` or `admin`.")
            .live();
    public static final Setting ENABLE_API_KEYS = Setting.of(
                    "ENABLE_API_KEYS",
                    Kind.SWITCH,
                    "true",
                    ACCOUNTS,
                    "false",
                    "Whether people may make API keys for scripts and other programs.")
            .alias("ENABLE_API_KEY")
            .live();
    public static final Setting JWT_EXPIRES = Setting.of(
                    "JWT_EXPIRES_IN", Kind.TEXT, "4w", ACCOUNTS, "12h", "How long a sign-in lasts; `-1` for ever.")
            .live();

    public static final Setting SHOW_ADMIN = Setting.of(
                    "SHOW_ADMIN_DETAILS",
                    Kind.SWITCH,
                    "true",
                    ACCOUNTS,
                    "false",
                    "Whether accounts that wait for approval see whom to ask.")
            .live();
    public static final Setting ADMIN_EMAIL = Setting.of(
                    "ADMIN_EMAIL",
                    Kind.TEXT,
                    "",
                    ACCOUNTS,
                    "admin@example.org",
                    "The address they see; unset: the first admin's.")
            .live();
    public static final Setting WEBUI_URL = Setting.of(
                    "WEBUI_URL", Kind.TEXT, "", ACCOUNTS, "https://ai.example.org", "Where people reach this server.")
            .live();
    public static final Setting PENDING_TITLE = Setting.of(
                    "PENDING_USER_OVERLAY_TITLE",
                    Kind.TEXT,
                    "",
                    ACCOUNTS,
                    "Almost there",
                    "Heading for accounts that wait for approval.")
            .live();
    public static final Setting PENDING_CONTENT = Setting.of(
                    "PENDING_USER_OVERLAY_CONTENT",
                    Kind.TEXT,
                    "",
                    ACCOUNTS,
                    "We look at new accounts each morning.",
                    "Text for accounts that wait for approval.")
            .live();
    public static final Setting WATERMARK = Setting.of(
                    "RESPONSE_WATERMARK",
                    Kind.TEXT,
                    "",
                    ACCOUNTS,
                    "Written by a model",
                    "Added to answers that are copied.")
            .live();

    static final Setting RATE_SIGNIN = Setting.of(
            "RATE_LIMIT_SIGNIN",
            Kind.NUMBER,
            "10",
            LIMITS,
            "5",
            "Sign-in attempts a minute and address; 0 for no limit.");
    static final Setting RATE_SIGNUP = Setting.of(
            "RATE_LIMIT_SIGNUP", Kind.NUMBER, "10", LIMITS, "3", "Sign-ups a minute and address; 0 for no limit.");

    static final Setting LOG_LEVEL = Setting.of(
                    "LOG_LEVEL", Kind.TEXT, "INFO", LOGS, "DEBUG", "`DEBUG`, `INFO`, `WARN` or `ERROR`.")
            .alias("GLOBAL_LOG_LEVEL");
    static final Setting LOG_FORMAT = Setting.of(
            "LOG_FORMAT", Kind.TEXT, "json", LOGS, "text", "`json` for machines or `text` for people, on the console.");
    static final Setting LOG_SAMPLE = Setting.of(
            "LOG_REQUESTS_PER_SECOND",
            Kind.NUMBER,
            "50",
            LOGS,
            "5",
            "Log at most so many successful requests a second; failures and slow ones always.");
    static final Setting LOG_RETENTION =
            Setting.of("REQUEST_LOG_DAYS", Kind.NUMBER, "30", LOGS, "7", "Days the request log keeps.");

    static final Setting ENVIRONMENT = Setting.of(
                    "ENVIRONMENT",
                    Kind.TEXT,
                    "production",
                    LOGS,
                    "staging",
                    "Name of this installation in every log line.")
            .alias("ENV");
    static final Setting METRICS_TOKEN = Setting.of(
                    "METRICS_TOKEN",
                    Kind.TEXT,
                    "",
                    LOGS,
                    "a long random text",
                    "Bearer token with which Prometheus may read `/metrics`; unset: administrators only.")
            .hidden();

    /** All of them, in the order of tables and pages. */
    public static final List<Setting> ALL = List.of(
            PORT,
            HOST,
            SHUTDOWN_TIMEOUT,
            TRUSTED_PROXIES,
            CORS,
            COOKIE_SECURE,
            DATA_DIR,
            DATABASE_URL,
            SYNCHRONOUS,
            OPENAI_URLS,
            OPENAI_KEYS,
            OLLAMA_URLS,
            DEEPSEEK_KEY,
            LOCAL_IDLE,
            LOCAL_SLOTS,
            LOCAL_MEMORY,
            UPSTREAM_FIRST_BYTE,
            SECRET_KEY,
            ENABLE_SIGNUP,
            DEFAULT_ROLE,
            ENABLE_API_KEYS,
            JWT_EXPIRES,
            SHOW_ADMIN,
            ADMIN_EMAIL,
            WEBUI_URL,
            PENDING_TITLE,
            PENDING_CONTENT,
            WATERMARK,
            RATE_SIGNIN,
            RATE_SIGNUP,
            LOG_LEVEL,
            LOG_FORMAT,
            LOG_SAMPLE,
            LOG_RETENTION,
            ENVIRONMENT,
            METRICS_TOKEN);

    private Catalogue() {}

    /** The setting of this name that admins change at run time, or null. */
    static @Nullable Setting live(String name) {
        for (var setting : ALL) {
            if (setting.home() == Setting.Home.TABLE && setting.name().equals(name)) {
                return setting;
            }
        }
        return null;
    }

    /** The catalogue as a Markdown table, for the README. */
    public static String markdown() {
        var table = new StringBuilder("| Variable | Default | What it does |\n|---|---|---|\n");
        for (var setting : ALL) {
            table.append("| `").append(setting.name()).append('`');
            setting.aliases().forEach(alias -> table.append(" (`").append(alias).append("`)"));
            var fallback = setting.fallback().isEmpty() ? "–" : "`" + setting.fallback() + "`";
            table.append(" | ").append(fallback).append(" | ").append(setting.description());
            table.append(setting.home() == Setting.Home.TABLE ? " Changed in the admin page. |\n" : " |\n");
        }
        return table.toString();
    }
}
