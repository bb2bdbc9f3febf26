package carafe.platform.config;

import static carafe.platform.config.Setting.Category.ACCOUNTS;
import static carafe.platform.config.Setting.Category.CODE;
import static carafe.platform.config.Setting.Category.DATA;
import static carafe.platform.config.Setting.Category.FRONT_END;
import static carafe.platform.config.Setting.Category.LIMITS;
import static carafe.platform.config.Setting.Category.LOGS;
import static carafe.platform.config.Setting.Category.MODELS;
import static carafe.platform.config.Setting.Category.SERVER;

import carafe.platform.config.Setting.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every setting there is, declared once. */
public final class Catalogue {
    static final Setting NAME = Setting.of(
            "WEBUI_NAME",
            Kind.TEXT,
            "Carafe",
            SERVER,
            "Ask us",
            "What pages call this server; on Open WebUI's front end with that name behind it, as its licence wants.");
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
                    "Web origins that may call the API; `*` for any, then without cookies. While developing also `http://localhost`.")
            .alias("ALLOWED_ORIGINS");
    static final Setting COOKIE_SECURE = Setting.of(
            "WEBUI_AUTH_COOKIE_SECURE",
            Kind.SWITCH,
            "false",
            SERVER,
            "true",
            "Send the sign-in cookie over HTTPS only.");

    static final Setting WEBSOCKET = Setting.of(
            "ENABLE_WEBSOCKET_SUPPORT",
            Kind.SWITCH,
            "true",
            SERVER,
            "false",
            "Event sockets over WebSockets; without them by polling, for proxies that let none through.");
    static final Setting WEBSOCKET_PING_INTERVAL = Setting.of(
            "WEBSOCKET_SERVER_PING_INTERVAL",
            Kind.NUMBER,
            "25",
            SERVER,
            "10",
            "Seconds between pings of event sockets (1 to 60).");
    static final Setting WEBSOCKET_PING_TIMEOUT = Setting.of(
            "WEBSOCKET_SERVER_PING_TIMEOUT",
            Kind.NUMBER,
            "20",
            SERVER,
            "10",
            "Seconds that a page may take to answer a ping (1 to 300).");

    static final Setting FRONTEND_DIR = Setting.of(
            "FRONTEND_DIR",
            Kind.TEXT,
            "",
            SERVER,
            "/srv/open-webui",
            "Folder of Open WebUI's built front end (`scripts/openwebui-frontend`), served at `/`; our pages are then"
                    + " under `/carafe/` only.");

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
    public static final Setting ENABLE_OPENAI = Setting.of(
                    "ENABLE_OPENAI_API",
                    Kind.SWITCH,
                    "true",
                    MODELS,
                    "false",
                    "Whether OpenAI-compatible connections are used at all.")
            .live();
    public static final Setting ENABLE_OLLAMA = Setting.of(
                    "ENABLE_OLLAMA_API",
                    Kind.SWITCH,
                    "true",
                    MODELS,
                    "false",
                    "Whether connections to Ollama servers are used at all.")
            .live();
    static final Setting ANTHROPIC_URL = Setting.of(
            "ANTHROPIC_BASE_URL",
            Kind.TEXT,
            "https://api.anthropic.com",
            MODELS,
            "https://api.anthropic.com",
            "Where the Anthropic API is, when its key is set.");
    static final Setting ANTHROPIC_KEY = Setting.of(
                    "ANTHROPIC_API_KEY", Kind.TEXT, "", MODELS, "sk-ant-…", "Adds Anthropic as a connection.")
            .hidden();
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
            "0",
            MODELS,
            "16384",
            "Memory that local models may take together; 0: half of the machine's.");
    static final Setting LOCAL_CONTEXT = Setting.of(
            "LOCAL_MODEL_CONTEXT",
            Kind.NUMBER,
            "4096",
            MODELS,
            "16384",
            "Tokens of messages and answer together that a local model takes at most; each costs memory.");
    static final Setting LOCAL_THREADS = Setting.of(
            "LOCAL_MODEL_THREADS",
            Kind.NUMBER,
            "0",
            MODELS,
            "4",
            "Threads of each local model; 0: one less than there are cores. Models up to 200 MB use one for each answer at least.");
    static final Setting LOCAL_FILE = Setting.of(
            "LOCAL_MODEL_FILE_MB",
            Kind.NUMBER,
            "32768",
            MODELS,
            "8192",
            "Largest model file that can be added in the admin page.");
    static final Setting FETCH_NETWORKS = Setting.of(
            "FETCH_PRIVATE_NETWORKS",
            Kind.LIST,
            "",
            MODELS,
            "10.0.0.0/8",
            "Networks that model files may be fetched from though they are not public.");
    static final Setting UPSTREAM_FIRST_BYTE = Setting.of(
            "UPSTREAM_TIMEOUT",
            Kind.DURATION,
            "5m",
            MODELS,
            "60s",
            "How long a model server may stay silent, before and between tokens.");
    static final Setting UPSTREAM_FIRST_TOKEN = Setting.of(
            "UPSTREAM_FIRST_TOKEN_TIMEOUT",
            Kind.DURATION,
            "5m",
            MODELS,
            "20s",
            "How long a model server may take for the first token of a stream, before the next one is tried.");

    static final Setting LOCAL_CHAT_AUTH = Setting.of(
            "LOCAL_CHAT_AUTH",
            Kind.TEXT,
            "required",
            MODELS,
            "open",
            "`required`, or `open`: strangers share the sessions of `/api/sessions` and `/api/ws/chat`, for a demo; not"
                    + " with `ENVIRONMENT=production`.");
    static final Setting LOCAL_CHAT_DISCONNECT = Setting.of(
                    "LOCAL_CHAT_ON_DISCONNECT",
                    Kind.TEXT,
                    "cancel",
                    MODELS,
                    "finish",
                    "What becomes of an answer when the last socket of its session leaves: `cancel`, or `finish`.")
            .alias("WS_ON_DISCONNECT");
    static final Setting LOCAL_CHAT_HISTORY = Setting.of(
            "LOCAL_CHAT_HISTORY_TOKENS",
            Kind.NUMBER,
            "3000",
            MODELS,
            "100000",
            "How much of a session's history its model is given, newest first (about so many tokens).");

    static final Setting LOCAL_CHAT_CONNECTIONS = Setting.of(
            "LOCAL_CHAT_CONNECTIONS",
            Kind.NUMBER,
            "5000",
            MODELS,
            "20000",
            "How many sockets of `/api/ws/chat` may be open at once, half of them by one account.");

    // what models do beside answering: their names and defaults are Open WebUI's
    public static final Setting TASK_MODEL = Setting.of(
                    "TASK_MODEL",
                    Kind.TEXT,
                    "",
                    MODELS,
                    "smollm2",
                    "Writes titles, tags and follow-up questions of chats with local models; unset: nobody does.")
            .live();
    public static final Setting TASK_MODEL_EXTERNAL = Setting.of(
                    "TASK_MODEL_EXTERNAL",
                    Kind.TEXT,
                    "",
                    MODELS,
                    "gpt-4o-mini",
                    "Writes those of chats with other models; unset: the model of the chat.")
            .live();
    public static final Setting ENABLE_TITLES = Setting.of(
                    "ENABLE_TITLE_GENERATION",
                    Kind.SWITCH,
                    "true",
                    MODELS,
                    "false",
                    "Whether a model names new chats; otherwise the first line of the question does.")
            .live();
    public static final Setting ENABLE_TAGS = Setting.of(
                    "ENABLE_TAGS_GENERATION", Kind.SWITCH, "true", MODELS, "false", "Whether a model tags new chats.")
            .live();
    public static final Setting ENABLE_FOLLOW_UPS = Setting.of(
                    "ENABLE_FOLLOW_UP_GENERATION",
                    Kind.SWITCH,
                    "true",
                    MODELS,
                    "false",
                    "Whether a model proposes what to ask next.")
            .live();
    public static final Setting ENABLE_AUTOCOMPLETE = Setting.of(
                    "ENABLE_AUTOCOMPLETE_GENERATION",
                    Kind.SWITCH,
                    "false",
                    MODELS,
                    "true",
                    "Whether a model completes what people type.")
            .live();
    public static final Setting AUTOCOMPLETE_LENGTH = Setting.of(
                    "AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH",
                    Kind.NUMBER,
                    "-1",
                    MODELS,
                    "200",
                    "Longer texts are not completed; -1 for no limit.")
            .live();
    public static final Setting ENABLE_SEARCH_QUERIES = Setting.of(
                    "ENABLE_SEARCH_QUERY_GENERATION",
                    Kind.SWITCH,
                    "true",
                    MODELS,
                    "false",
                    "Whether a model puts questions into queries for a web search.")
            .live();
    public static final Setting ENABLE_RETRIEVAL_QUERIES = Setting.of(
                    "ENABLE_RETRIEVAL_QUERY_GENERATION",
                    Kind.SWITCH,
                    "true",
                    MODELS,
                    "false",
                    "Whether a model puts questions into queries for documents.")
            .live();
    public static final Setting TITLE_TEMPLATE = Setting.of(
                    "TITLE_GENERATION_PROMPT_TEMPLATE",
                    Kind.TEXT,
                    "",
                    MODELS,
                    "Name this chat: {{MESSAGES:END:2}}",
                    "Prompt for titles; unset: our own.")
            .live();
    public static final Setting TAGS_TEMPLATE = Setting.of(
                    "TAGS_GENERATION_PROMPT_TEMPLATE",
                    Kind.TEXT,
                    "",
                    MODELS,
                    "Name this chat: {{MESSAGES:END:2}}",
                    "Prompt for tags; unset: our own.")
            .live();
    public static final Setting FOLLOW_UP_TEMPLATE = Setting.of(
                    "FOLLOW_UP_GENERATION_PROMPT_TEMPLATE",
                    Kind.TEXT,
                    "",
                    MODELS,
                    "Name this chat: {{MESSAGES:END:2}}",
                    "Prompt for follow-up questions; unset: our own.")
            .live();
    public static final Setting QUERY_TEMPLATE = Setting.of(
                    "QUERY_GENERATION_PROMPT_TEMPLATE",
                    Kind.TEXT,
                    "",
                    MODELS,
                    "Name this chat: {{MESSAGES:END:2}}",
                    "Prompt for queries; unset: our own.")
            .live();
    public static final Setting AUTOCOMPLETE_TEMPLATE = Setting.of(
                    "AUTOCOMPLETE_GENERATION_PROMPT_TEMPLATE",
                    Kind.TEXT,
                    "",
                    MODELS,
                    "Name this chat: {{MESSAGES:END:2}}",
                    "Prompt for completions; unset: our own.")
            .live();
    public static final Setting IMAGE_TEMPLATE = Setting.of(
                    "IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE",
                    Kind.TEXT,
                    "",
                    MODELS,
                    "Name this chat: {{MESSAGES:END:2}}",
                    "Prompt for descriptions of pictures; unset: our own.")
            .live();

    static final Setting SECRET_KEY = Setting.of(
                    "WEBUI_SECRET_KEY",
                    Kind.TEXT,
                    "",
                    ACCOUNTS,
                    "a long random text",
                    "Signs tokens and encrypts stored keys; made in the data folder when not set.")
            .hidden();
    static final Setting AUTH = Setting.of(
            "WEBUI_AUTH",
            Kind.SWITCH,
            "true",
            ACCOUNTS,
            "false",
            "Whether people sign in. Without, whoever opens a page is the administrator `admin@localhost`; only before"
                    + " there are other accounts.");
    static final Setting FIRST_EMAIL = Setting.of(
            "WEBUI_ADMIN_EMAIL",
            Kind.TEXT,
            "",
            ACCOUNTS,
            "ada@example.org",
            "With `WEBUI_ADMIN_PASSWORD`: the administrator that is made at a start without any account.");
    static final Setting FIRST_PASSWORD = Setting.of(
                    "WEBUI_ADMIN_PASSWORD",
                    Kind.TEXT,
                    "",
                    ACCOUNTS,
                    "a long one",
                    "That account's password; changing it here later changes nothing.")
            .hidden();
    static final Setting FIRST_NAME =
            Setting.of("WEBUI_ADMIN_NAME", Kind.TEXT, "Admin", ACCOUNTS, "Ada", "What that account is called.");
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

    public static final Setting USER_PERMISSIONS = Setting.of(
                    "USER_PERMISSIONS",
                    Kind.TEXT,
                    "",
                    ACCOUNTS,
                    "{\"chat\":{\"delete\":false}}",
                    "What accounts of role user may, as JSON: the leaves of the permission tree that differ from its"
                            + " defaults. Those come from Open WebUI's variables for one leaf each, such as"
                            + " `USER_PERMISSIONS_CHAT_DELETE`.")
            .live();
    static final Setting ADMIN_CHAT_ACCESS = Setting.of(
            "ENABLE_ADMIN_CHAT_ACCESS",
            Kind.SWITCH,
            "true",
            ACCOUNTS,
            "false",
            "Whether administrators may read the chats of others.");
    static final Setting ADMIN_EXPORT = Setting.of(
            "ENABLE_ADMIN_EXPORT",
            Kind.SWITCH,
            "true",
            ACCOUNTS,
            "false",
            "Whether administrators may export the chats of everybody.");
    public static final Setting DEFAULT_GROUP = Setting.of(
                    "DEFAULT_GROUP_ID", Kind.TEXT, "", ACCOUNTS, "0190…", "The group that new accounts are put into.")
            .live();
    public static final Setting LOGIN_FORM = Setting.of(
                    "ENABLE_LOGIN_FORM",
                    Kind.SWITCH,
                    "true",
                    ACCOUNTS,
                    "false",
                    "Whether the front end shows the form for e-mail and password.")
            .live();
    public static final Setting FOLDERS = Setting.of(
                    "ENABLE_FOLDERS", Kind.SWITCH, "true", FRONT_END, "false", "Whether chats can be put in folders.")
            .live();
    public static final Setting FOLDER_FILES = Setting.of(
                    "FOLDER_MAX_FILE_COUNT",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "10",
                    "Files that a folder of chats may have; unset: any number.")
            .live();
    public static final Setting USER_STATUS = Setting.of(
                    "ENABLE_USER_STATUS", Kind.SWITCH, "true", ACCOUNTS, "false", "Whether people may show a status.")
            .live();

    public static final Setting BANNERS = Setting.of(
                    "WEBUI_BANNERS",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "[{\"id\":\"1\",\"type\":\"info\",\"content\":\"Hello\",\"dismissible\":true,\"timestamp\":0}]",
                    "Banners on the pages, as a JSON list.")
            .live();
    public static final Setting VISIBILITY = Setting.of(
                    "UI_VISIBILITY",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "{}",
                    "Which parts of the pages are shown, as a JSON object of switches.")
            .live();
    public static final Setting SUGGESTIONS = Setting.of(
                    "DEFAULT_PROMPT_SUGGESTIONS",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "[{\"title\":[\"Say\",\"hello\"],\"content\":\"Hello!\"}]",
                    "Suggestions in empty chats, as a JSON list; unset: those of the front end.")
            .live();
    public static final Setting DEFAULT_MODELS = Setting.of(
                    "DEFAULT_MODELS",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "gpt-4o-mini",
                    "Models of new chats, separated by commas.")
            .live();
    public static final Setting PINNED_MODELS = Setting.of(
                    "DEFAULT_PINNED_MODELS",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "gpt-4o-mini",
                    "Models in the side bar, separated by commas.")
            .live();
    public static final Setting MODEL_ORDER = Setting.of(
                    "MODEL_ORDER_LIST",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "[\"gpt-4o-mini\"]",
                    "Models that come first in lists, as a JSON list.")
            .live();
    public static final Setting MODEL_METADATA = Setting.of(
                    "DEFAULT_MODEL_METADATA",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "{\"capabilities\":{\"vision\":false}}",
                    "What every model has in `info.meta` unless it says otherwise, as JSON.")
            .live();
    public static final Setting MODEL_PARAMS = Setting.of(
                    "DEFAULT_MODEL_PARAMS",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "{\"temperature\":0.3}",
                    "Parameters of every call that names none of its own, as JSON.")
            .live();
    public static final Setting MESSAGE_RATING = Setting.of(
                    "ENABLE_MESSAGE_RATING", Kind.SWITCH, "true", FRONT_END, "false", "Whether answers can be rated.")
            .live();
    public static final Setting COMMUNITY_SHARING = Setting.of(
                    "ENABLE_COMMUNITY_SHARING",
                    Kind.SWITCH,
                    "true",
                    FRONT_END,
                    "false",
                    "Whether the front end offers to share with its own community.")
            .live();
    public static final Setting FILE_MAX_SIZE = Setting.of(
                    "RAG_FILE_MAX_SIZE",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "25",
                    "Megabytes of one uploaded file; unset: 64, which is the most.")
            .alias("FILE_MAX_SIZE")
            .live();
    public static final Setting FILE_MAX_COUNT = Setting.of(
                    "RAG_FILE_MAX_COUNT",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "10",
                    "Files that go with one message; unset: any number.")
            .alias("FILE_MAX_COUNT")
            .live();
    public static final Setting FILE_EXTENSIONS = Setting.of(
                    "RAG_ALLOWED_FILE_EXTENSIONS",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "pdf,docx,txt",
                    "Endings of files that may be uploaded, separated by commas; unset: any.")
            .live();
    public static final Setting IMAGE_WIDTH = Setting.of(
                    "FILE_IMAGE_COMPRESSION_WIDTH",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "1600",
                    "Pages shrink pictures to this width before they are uploaded.")
            .live();
    public static final Setting IMAGE_HEIGHT = Setting.of(
                    "FILE_IMAGE_COMPRESSION_HEIGHT", Kind.TEXT, "", FRONT_END, "1600", "And to this height.")
            .live();
    public static final Setting LOCALE = Setting.of(
                    "DEFAULT_LOCALE",
                    Kind.TEXT,
                    "",
                    FRONT_END,
                    "de-DE",
                    "Language of the front end for whom has chosen none.")
            .live();

    static final Setting COURSE_AUTH = Setting.of(
            "COURSE_AUTH",
            Kind.TEXT,
            "required",
            CODE,
            "open",
            "`required`, or `open`: strangers may run code, for a class without accounts; not with"
                    + " `ENVIRONMENT=production`.");
    static final Setting EXECUTION_TIMEOUT = Setting.of(
            "EXECUTION_TIMEOUT",
            Kind.NUMBER,
            "30",
            CODE,
            "10",
            "Seconds that a program may run when its request does not say (1 to 60).");
    static final Setting CODE_SAFETY = Setting.of(
            "CODE_SAFETY",
            Kind.TEXT,
            "off",
            CODE,
            "basic",
            "Least level of the lint before a run: `off`, `basic` or `strict`. The container is the wall, not this.");
    static final Setting HINT_MODEL = Setting.of(
            "HINT_MODEL",
            Kind.TEXT,
            "",
            CODE,
            "gpt-4o-mini",
            "Model that writes hints; unset: the first that is not local; `off`: rules only.");
    static final Setting TUTOR_MODEL = Setting.of(
            "TUTOR_MODEL",
            Kind.TEXT,
            "",
            CODE,
            "deepseek-chat",
            "Model that answers learners; unset: the first that is not local, else a local one; `off`: none.");
    static final Setting COURSES_DIR = Setting.of(
            "COURSES_DIR",
            Kind.TEXT,
            "",
            CODE,
            "/srv/courses",
            "Folder of the courses, one folder each; unset: `courses` in the data folder.");
    static final Setting COURSE_SAMPLES = Setting.of(
            "COURSE_SAMPLES",
            Kind.SWITCH,
            "true",
            CODE,
            "false",
            "Put the sample courses into the folder of the courses when it is not there yet.");
    static final Setting DOCKER_HOST = Setting.of(
            "DOCKER_HOST",
            Kind.TEXT,
            "",
            CODE,
            "unix:///run/user/1000/docker.sock",
            "Container engine; unset: `/var/run/docker.sock`.");
    static final Setting DOCKER_RUNTIME = Setting.of(
            "DOCKER_RUNTIME", Kind.TEXT, "", CODE, "runsc", "OCI runtime of the containers; unset: the engine's own.");
    static final Setting DOCKER_IMAGE = Setting.of(
            "DOCKER_IMAGE",
            Kind.TEXT,
            "",
            CODE,
            "python:3.12-slim",
            "Image for Python; unset: the first of `carafe-sandbox` and `python:3.11-slim` that is there. Other"
                    + " languages: `DOCKER_IMAGE_<LANGUAGE>`, such as `DOCKER_IMAGE_JAVASCRIPT`.");
    static final Setting DOCKER_PULL = Setting.of(
            "DOCKER_PULL", Kind.SWITCH, "true", CODE, "false", "Fetch images that are missing, in the background.");
    static final Setting POOL_ENABLED = Setting.of(
            "CONTAINER_POOL_ENABLED",
            Kind.SWITCH,
            "true",
            CODE,
            "false",
            "Keep warm containers; `false` makes one for each run.");
    static final Setting POOL_SIZE =
            Setting.of("CONTAINER_POOL_SIZE", Kind.NUMBER, "3", CODE, "5", "Warm containers at the start.");
    static final Setting POOL_MIN = Setting.of(
            "CONTAINER_POOL_MIN_SIZE", Kind.NUMBER, "1", CODE, "0", "Warm containers that stay when nobody runs code.");
    static final Setting POOL_MAX =
            Setting.of("CONTAINER_POOL_MAX_SIZE", Kind.NUMBER, "10", CODE, "30", "Most containers of one language.");
    static final Setting POOL_TOTAL = Setting.of(
            "CONTAINER_POOL_MAX_TOTAL", Kind.NUMBER, "20", CODE, "60", "Most containers of all languages together.");
    static final Setting POOL_LANGUAGES = Setting.of(
            "CONTAINER_POOL_LANGUAGES",
            Kind.LIST,
            "python",
            CODE,
            "python,javascript",
            "Languages whose containers are kept warm; the others start with their first run.");
    static final Setting POOL_IDLE = Setting.of(
            "CONTAINER_POOL_IDLE",
            Kind.DURATION,
            "5m",
            CODE,
            "30m",
            "Unused containers above the least end after this.");
    static final Setting POOL_QUEUE =
            Setting.of("CONTAINER_POOL_QUEUE", Kind.NUMBER, "256", CODE, "1000", "Runs that may wait for a container.");
    static final Setting POOL_WAIT = Setting.of(
            "CONTAINER_POOL_WAIT", Kind.DURATION, "30s", CODE, "10s", "How long a run waits for one at most.");
    static final Setting SANDBOX_MEMORY =
            Setting.of("SANDBOX_MEMORY_MB", Kind.NUMBER, "128", CODE, "256", "Memory of one container.");
    static final Setting SANDBOX_CPU = Setting.of(
            "SANDBOX_CPU_PERCENT", Kind.NUMBER, "50", CODE, "100", "Share of one core that one container may use.");
    static final Setting SANDBOX_PROCESSES =
            Setting.of("SANDBOX_PROCESSES", Kind.NUMBER, "64", CODE, "32", "Processes in one container.");
    static final Setting SANDBOX_DISK = Setting.of(
            "SANDBOX_DISK_MB", Kind.NUMBER, "10", CODE, "50", "Space for files that a program writes, in memory.");
    static final Setting SANDBOX_ISOLATION = Setting.of(
            "SANDBOX_ISOLATION",
            Kind.TEXT,
            "reuse",
            CODE,
            "fresh",
            "`reuse`: containers are wiped and verified between runs; `fresh`: each run has its own.");
    static final Setting SANDBOX_PER_CALLER = Setting.of(
            "SANDBOX_RUNS_PER_CALLER", Kind.NUMBER, "4", CODE, "2", "Runs of one caller at a time; more wait.");

    static final Setting RATE_SIGNIN = Setting.of(
            "RATE_LIMIT_SIGNIN",
            Kind.NUMBER,
            "10",
            LIMITS,
            "5",
            "Sign-ins a minute and address that may fail; 0 for no limit.");
    static final Setting RATE_SIGNUP = Setting.of(
            "RATE_LIMIT_SIGNUP", Kind.NUMBER, "60", LIMITS, "3", "Sign-ups a minute and address; 0 for no limit.");
    public static final Setting RATE_EXECUTE = perMinute("RATE_LIMIT_EXECUTE", "10", "Code runs");
    public static final Setting RATE_HINT = perMinute("RATE_LIMIT_HINT", "60", "Hints about code");
    public static final Setting RATE_POOL_STATS = perMinute("RATE_LIMIT_POOL_STATS", "30", "Looks at the containers");
    public static final Setting RATE_LESSONS = perMinute("RATE_LIMIT_LESSONS", "100", "Pages of lessons and courses");
    public static final Setting RATE_SUBMIT =
            perMinute("RATE_LIMIT_SUBMIT", "30", "Checks and submissions of exercises");
    public static final Setting RATE_TUTOR = perMinute("RATE_LIMIT_CHAT", "20", "Questions to the tutor of courses");
    public static final Setting RATE_GLOBAL =
            perMinute("RATE_LIMIT_GLOBAL", "100", "All calls of the code and course API together");

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
    public static final List<Setting> ALL = withProxy(List.of(
            NAME,
            PORT,
            HOST,
            SHUTDOWN_TIMEOUT,
            TRUSTED_PROXIES,
            CORS,
            COOKIE_SECURE,
            WEBSOCKET,
            WEBSOCKET_PING_INTERVAL,
            WEBSOCKET_PING_TIMEOUT,
            FRONTEND_DIR,
            DATA_DIR,
            DATABASE_URL,
            SYNCHRONOUS,
            OPENAI_URLS,
            OPENAI_KEYS,
            OLLAMA_URLS,
            ENABLE_OPENAI,
            ENABLE_OLLAMA,
            ANTHROPIC_URL,
            ANTHROPIC_KEY,
            DEEPSEEK_KEY,
            LOCAL_IDLE,
            LOCAL_SLOTS,
            LOCAL_MEMORY,
            LOCAL_CONTEXT,
            LOCAL_THREADS,
            LOCAL_FILE,
            FETCH_NETWORKS,
            LOCAL_CHAT_AUTH,
            LOCAL_CHAT_DISCONNECT,
            LOCAL_CHAT_HISTORY,
            LOCAL_CHAT_CONNECTIONS,
            UPSTREAM_FIRST_BYTE,
            UPSTREAM_FIRST_TOKEN,
            TASK_MODEL,
            TASK_MODEL_EXTERNAL,
            ENABLE_TITLES,
            ENABLE_TAGS,
            ENABLE_FOLLOW_UPS,
            ENABLE_AUTOCOMPLETE,
            AUTOCOMPLETE_LENGTH,
            ENABLE_SEARCH_QUERIES,
            ENABLE_RETRIEVAL_QUERIES,
            TITLE_TEMPLATE,
            TAGS_TEMPLATE,
            FOLLOW_UP_TEMPLATE,
            QUERY_TEMPLATE,
            AUTOCOMPLETE_TEMPLATE,
            IMAGE_TEMPLATE,
            SECRET_KEY,
            AUTH,
            FIRST_EMAIL,
            FIRST_PASSWORD,
            FIRST_NAME,
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
            USER_PERMISSIONS,
            ADMIN_CHAT_ACCESS,
            ADMIN_EXPORT,
            DEFAULT_GROUP,
            LOGIN_FORM,
            USER_STATUS,
            FOLDERS,
            FOLDER_FILES,
            BANNERS,
            VISIBILITY,
            SUGGESTIONS,
            DEFAULT_MODELS,
            PINNED_MODELS,
            MODEL_ORDER,
            MODEL_METADATA,
            MODEL_PARAMS,
            MESSAGE_RATING,
            COMMUNITY_SHARING,
            FILE_MAX_SIZE,
            FILE_MAX_COUNT,
            FILE_EXTENSIONS,
            IMAGE_WIDTH,
            IMAGE_HEIGHT,
            LOCALE,
            COURSE_AUTH,
            EXECUTION_TIMEOUT,
            CODE_SAFETY,
            HINT_MODEL,
            TUTOR_MODEL,
            COURSES_DIR,
            COURSE_SAMPLES,
            DOCKER_HOST,
            DOCKER_RUNTIME,
            DOCKER_IMAGE,
            DOCKER_PULL,
            POOL_ENABLED,
            POOL_SIZE,
            POOL_MIN,
            POOL_MAX,
            POOL_TOTAL,
            POOL_LANGUAGES,
            POOL_IDLE,
            POOL_QUEUE,
            POOL_WAIT,
            SANDBOX_MEMORY,
            SANDBOX_CPU,
            SANDBOX_PROCESSES,
            SANDBOX_DISK,
            SANDBOX_ISOLATION,
            SANDBOX_PER_CALLER,
            RATE_SIGNIN,
            RATE_SIGNUP,
            RATE_EXECUTE,
            RATE_HINT,
            RATE_POOL_STATS,
            RATE_LESSONS,
            RATE_SUBMIT,
            RATE_TUTOR,
            RATE_GLOBAL,
            LOG_LEVEL,
            LOG_FORMAT,
            LOG_SAMPLE,
            LOG_RETENTION,
            ENVIRONMENT,
            METRICS_TOKEN));

    private Catalogue() {}

    private static Setting perMinute(String name, String fallback, String what) {
        return Setting.of(
                        name,
                        Kind.NUMBER,
                        fallback,
                        LIMITS,
                        "30",
                        what + " a minute and account, or address of strangers; 0 for no limit.")
                .live();
    }

    private static List<Setting> withProxy(List<Setting> own) {
        return Stream.of(own, ProxyCatalogue.ALL, FlowCatalogue.ALL)
                .flatMap(List::stream)
                .toList();
    }

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
