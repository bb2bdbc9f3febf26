package carafe.platform.config;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that is fixed at start, read once from environment and {@code .env}, checked as a whole, then frozen. */
public record Config(
        Server server,
        Sockets sockets,
        Data data,
        Models models,
        Accounts accounts,
        Code code,
        LocalChat localChat,
        Courses courses,
        Limits limits,
        Proxy proxy,
        Flows flows,
        Logs logs,
        Map<String, String> live) {
    /** {@code live}: what the environment says about the settings that admins change later, by name. */
    public Config {
        live = Map.copyOf(live);
    }

    /** {@code givenPort}: what was set, for programs with another default. */
    public record Server(
            String name,
            int port,
            Optional<Integer> givenPort,
            String host,
            Duration shutdownTimeout,
            List<String> trustedProxies,
            List<String> corsOrigins,
            boolean secureCookie,
            Optional<Path> frontEnd) {}

    /** {@code webSocket}: whether pages may use WebSockets, which some proxies stop, or must poll. */
    public record Sockets(boolean webSocket, Duration pingInterval, Duration pingTimeout) {}

    /** {@code database} is a {@code postgresql://} address, or nothing set for SQLite in the folder. */
    public record Data(Path folder, Secret database, boolean fullSync) {}

    /** An upstream that the operator named in the environment. {@code kind} is openai, anthropic or ollama. */
    public record Upstream(String kind, String url, Secret key) {}

    public record Models(
            List<Upstream> upstreams,
            Duration localIdle,
            int localSlots,
            int localMemoryMb,
            int localContext,
            int localThreads,
            int localFileMb,
            List<String> fetchNetworks,
            Duration upstreamTimeout,
            Duration firstTokenTimeout) {
        public Models {
            upstreams = List.copyOf(upstreams);
            fetchNetworks = List.copyOf(fetchNetworks);
        }
    }

    /**
     * Defaults for what admins change later, except the secret key and what admins may see. {@code signup} empty: until
     * the first account.
     *
     * @param auth whether people sign in
     * @param first the administrator to be made where there is no account
     * @param permissions leaves of the permission tree that the environment sets, for example chat.delete
     */
    public record Accounts(
            Secret secretKey,
            boolean auth,
            Optional<FirstAdmin> first,
            Optional<Boolean> signup,
            String defaultRole,
            boolean apiKeys,
            String jwtExpiresIn,
            Map<String, Boolean> permissions,
            boolean adminChatAccess,
            boolean adminExport) {
        public Accounts {
            permissions = Map.copyOf(permissions);
        }
    }

    /** An account to begin with. */
    public record FirstAdmin(String name, String email, Secret password) {}

    /** {@code hintModel} empty: the first that is not local, {@code off}: none. {@code safety}: off, basic or strict. */
    public record Code(
            boolean open, int timeoutSeconds, String safety, String hintModel, Engine engine, Pool pool, Box box) {}

    /**
     * {@code open}: strangers may chat; {@code finish}: answers go on when nobody is connected any more;
     * {@code mostSockets}: open at once, half of them by one account.
     */
    public record LocalChat(boolean open, boolean finish, int historyTokens, int mostSockets) {}

    /** {@code tutorModel} empty: the first there is, {@code off}: none. {@code samples}: unpacked into a new folder. */
    public record Courses(Path folder, boolean samples, String tutorModel) {}

    /** {@code images} by language, only what was named. */
    public record Engine(String host, String runtime, Map<String, String> images, boolean pull) {
        public Engine {
            images = Map.copyOf(images);
        }
    }

    public record Pool(
            boolean enabled,
            int size,
            int min,
            int max,
            int total,
            List<String> languages,
            Duration idle,
            int queue,
            Duration patience,
            int perCaller) {
        public Pool {
            languages = List.copyOf(languages);
        }
    }

    public record Box(int memoryMb, int cpuPercent, int processes, int diskMb, boolean fresh) {}

    public record Limits(int signinPerMinute, int signupPerMinute) {}

    /**
     * The transparent proxy. Its other settings change while it runs, so it reads them itself.
     *
     * @param port of its own listener; empty: none
     * @param configured whether there is a sign that somebody wants it
     * @param environment what the process's environment says about its settings, by name
     * @param file the settings file that its panel writes and that wins over {@code environment}
     */
    public record Proxy(
            Optional<Integer> port, int fallbackPort, boolean configured, Map<String, String> environment, Path file) {
        public Proxy {
            environment = Map.copyOf(environment);
        }
    }

    /**
     * Workflows.
     *
     * @param port of a listener of their own; empty: none
     * @param alone whether this process serves nothing else
     * @param traces where traces of runs go; empty: nowhere
     */
    public record Flows(
            Optional<Integer> port,
            boolean alone,
            String serviceSub,
            String serviceLocation,
            String serviceName,
            Secret appKey,
            Secret appSecret,
            String pluginGet,
            String pluginRun,
            String knowledge,
            List<String> allowedHosts,
            long fileBytes,
            FileTypes fileTypes,
            int fileSeconds,
            int runDays,
            int runsKept,
            int codeSeconds,
            AgentCard agent,
            Optional<String> traces,
            Map<String, String> traceHeaders,
            String tracer) {
        public Flows {
            traceHeaders = Map.copyOf(traceHeaders);
            allowedHosts = List.copyOf(allowedHosts);
        }
    }

    private static final int FLOW_PORT = 7880;

    /** The same for a process that serves workflows alone, at {@code SERVICE_PORT}. */
    public Config forFlowsAlone() {
        var on = new Server(
                server.name(),
                flows.port().orElse(FLOW_PORT),
                flows.port(),
                server.host(),
                server.shutdownTimeout(),
                server.trustedProxies(),
                server.corsOrigins(),
                server.secureCookie(),
                server.frontEnd());
        var none = new Proxy(Optional.empty(), proxy.fallbackPort(), false, proxy.environment(), proxy.file());
        var own = new Flows(
                Optional.empty(),
                true,
                flows.serviceSub(),
                flows.serviceLocation(),
                flows.serviceName(),
                flows.appKey(),
                flows.appSecret(),
                flows.pluginGet(),
                flows.pluginRun(),
                flows.knowledge(),
                flows.allowedHosts(),
                flows.fileBytes(),
                flows.fileTypes(),
                flows.fileSeconds(),
                flows.runDays(),
                flows.runsKept(),
                flows.codeSeconds(),
                flows.agent(),
                flows.traces(),
                flows.traceHeaders(),
                flows.tracer());
        return new Config(on, sockets, data, models, accounts, code, localChat, courses, limits, none, own, logs, live);
    }

    /** {@code metricsToken} lets Prometheus in. */
    public record Logs(
            String level,
            boolean json,
            int requestsPerSecond,
            int requestLogDays,
            String environment,
            Secret metricsToken) {}

    /** @throws ConfigException naming every mistake */
    public static Config from(Map<String, String> process, Path envFile) {
        return from(process, envFile, ProxyCatalogue.PROXY_PORT);
    }

    /**
     * As {@link #from}, for the proxy by itself: its port is {@code PORT}, which its file may say as well.
     *
     * @throws ConfigException naming every mistake
     */
    public static Config forProxyAlone(Map<String, String> process, Path envFile) {
        return from(process, envFile, Catalogue.PORT);
    }

    private static Config from(Map<String, String> process, Path envFile, Setting proxyPort) {
        var all = Environment.load(process, envFile);
        var ofProxy = proxyFile(envFile);
        var said = said(ofProxy);
        // what the proxy's panel wrote wins over the environment, or a port that was moved there would come back
        for (var setting : List.of(proxyPort, ProxyCatalogue.FALLBACK_PORT, ProxyCatalogue.API_BASE_URL)) {
            setting.names().stream()
                    .filter(name -> !said.getOrDefault(name, "").isBlank())
                    .forEach(name -> all.put(name, said.get(name)));
        }
        var env = new Environment(all);
        var config = new Config(
                server(env),
                sockets(env),
                data(env),
                models(env),
                accounts(env),
                code(env),
                localChat(env),
                courses(env),
                limits(env),
                proxy(env, process, ofProxy),
                flows(env),
                logs(env),
                live(env));
        env.check();
        return config;
    }

    private static Map<String, String> live(Environment env) {
        var live = new HashMap<String, String>();
        for (var setting : Catalogue.ALL) {
            if (setting.home() == Setting.Home.TABLE) {
                live.put(setting.name(), env.text(setting));
            }
        }
        return live;
    }

    private static Server server(Environment env) {
        int port = env.number(Catalogue.PORT, 0, 65_535);
        return new Server(
                env.text(Catalogue.NAME),
                port,
                env.given(Catalogue.PORT).map(text -> port),
                env.text(Catalogue.HOST),
                env.duration(Catalogue.SHUTDOWN_TIMEOUT),
                env.list(Catalogue.TRUSTED_PROXIES),
                env.list(Catalogue.CORS),
                env.isOn(Catalogue.COOKIE_SECURE),
                frontEnd(env));
    }

    private static Optional<Path> frontEnd(Environment env) {
        var folder = env.text(Catalogue.FRONTEND_DIR);
        if (folder.isEmpty()) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(Path.of(folder, "index.html"))) {
            env.mistake(
                    Catalogue.FRONTEND_DIR, folder, "a folder with an index.html; scripts/openwebui-frontend makes it");
        }
        return Optional.of(Path.of(folder));
    }

    private static Sockets sockets(Environment env) {
        return new Sockets(
                env.isOn(Catalogue.WEBSOCKET),
                Duration.ofSeconds(env.number(Catalogue.WEBSOCKET_PING_INTERVAL, 1, 60)),
                Duration.ofSeconds(env.number(Catalogue.WEBSOCKET_PING_TIMEOUT, 1, 300)));
    }

    private static Data data(Environment env) {
        var database = env.text(Catalogue.DATABASE_URL);
        if (!database.isEmpty() && !database.matches("(jdbc:)?postgres(ql)?://.+")) {
            env.mistake(Catalogue.DATABASE_URL, database, "a PostgreSQL address");
        }
        return new Data(
                Path.of(env.text(Catalogue.DATA_DIR)),
                new Secret(database),
                env.oneOf(Catalogue.SYNCHRONOUS, "NORMAL", "FULL").equals("FULL"));
    }

    private static Models models(Environment env) {
        var upstreams = new ArrayList<Upstream>();
        var urls = env.list(Catalogue.OPENAI_URLS);
        var keys = env.list(Catalogue.OPENAI_KEYS);
        if (urls.isEmpty() && !keys.isEmpty()) {
            urls = List.of("https://api.openai.com/v1"); // a key alone means the service it is named after
        }
        for (int i = 0; i < urls.size(); i++) {
            var key = i < keys.size() ? keys.get(i) : "";
            if (!urls.get(i).isEmpty()) {
                upstreams.add(new Upstream("openai", url(env, Catalogue.OPENAI_URLS, urls.get(i)), new Secret(key)));
            }
        }
        for (var url : env.list(Catalogue.OLLAMA_URLS)) {
            if (!url.isEmpty()) {
                upstreams.add(new Upstream("ollama", url(env, Catalogue.OLLAMA_URLS, url), Secret.NONE));
            }
        }
        env.given(Catalogue.ANTHROPIC_KEY).ifPresent(key -> {
            var address = env.text(Catalogue.ANTHROPIC_URL);
            upstreams.add(new Upstream("anthropic", url(env, Catalogue.ANTHROPIC_URL, address), new Secret(key)));
        });
        env.given(Catalogue.DEEPSEEK_KEY)
                .ifPresent(
                        key -> upstreams.add(new Upstream("openai", "https://api.deepseek.com/v1", new Secret(key))));
        return new Models(
                upstreams,
                env.duration(Catalogue.LOCAL_IDLE),
                env.number(Catalogue.LOCAL_SLOTS, 1, 16),
                env.number(Catalogue.LOCAL_MEMORY, 0, 4_000_000),
                env.number(Catalogue.LOCAL_CONTEXT, 512, 1 << 20),
                env.number(Catalogue.LOCAL_THREADS, 0, 256),
                env.number(Catalogue.LOCAL_FILE, 1, 4_000_000),
                env.list(Catalogue.FETCH_NETWORKS),
                env.duration(Catalogue.UPSTREAM_FIRST_BYTE),
                env.duration(Catalogue.UPSTREAM_FIRST_TOKEN));
    }

    private static String url(Environment env, Setting setting, String text) {
        try {
            var uri = URI.create(text);
            var scheme = uri.getScheme();
            if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
                return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
            }
        } catch (IllegalArgumentException e) {
            // told below, with the others
        }
        env.mistake(setting, text, "an http or https address");
        return text;
    }

    private static Accounts accounts(Environment env) {
        var expires = env.text(Catalogue.JWT_EXPIRES);
        if (!isLifetime(expires)) {
            env.mistake(Catalogue.JWT_EXPIRES, expires, "a duration or -1");
        }
        return new Accounts(
                new Secret(env.text(Catalogue.SECRET_KEY)),
                env.isOn(Catalogue.AUTH),
                firstAdmin(env),
                env.optionalSwitch(Catalogue.ENABLE_SIGNUP),
                env.oneOf(Catalogue.DEFAULT_ROLE, "pending", "user", "admin"),
                env.isOn(Catalogue.ENABLE_API_KEYS),
                expires,
                PermissionVariables.read(env),
                env.isOn(Catalogue.ADMIN_CHAT_ACCESS),
                env.isOn(Catalogue.ADMIN_EXPORT));
    }

    private static Optional<FirstAdmin> firstAdmin(Environment env) {
        var email = env.text(Catalogue.FIRST_EMAIL);
        var password = env.text(Catalogue.FIRST_PASSWORD);
        if (email.isEmpty() != password.isEmpty()) {
            env.mistake(Catalogue.FIRST_EMAIL, email, "an address together with WEBUI_ADMIN_PASSWORD");
        } else if (!email.isEmpty() && !email.matches("[^\\s@]+@[^\\s@]+")) {
            env.mistake(Catalogue.FIRST_EMAIL, email, "an e-mail address");
        } else if (password.getBytes(StandardCharsets.UTF_8).length > 72) {
            env.mistake(Catalogue.FIRST_PASSWORD, "…", "at most 72 bytes");
        }
        return email.isEmpty()
                ? Optional.empty()
                : Optional.of(new FirstAdmin(env.text(Catalogue.FIRST_NAME), email, new Secret(password)));
    }

    /** Whether {@code text} says how long a sign-in lasts: a duration, or -1 for ever. */
    public static boolean isLifetime(String text) {
        if (text.equals("-1")) {
            return true;
        }
        try {
            return Durations.parse(text).isPositive();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether strangers are let in, which is for development and demonstrations only. */
    private static boolean isOpen(Environment env, Setting auth) {
        boolean open = env.oneOf(auth, "required", "open").equals("open");
        if (open && env.text(Catalogue.ENVIRONMENT).equalsIgnoreCase("production")) {
            env.mistake(
                    auth,
                    "open",
                    "allowed while ENVIRONMENT is production; set ENVIRONMENT=development or leave it required");
        }
        return open;
    }

    private static LocalChat localChat(Environment env) {
        return new LocalChat(
                isOpen(env, Catalogue.LOCAL_CHAT_AUTH),
                env.oneOf(Catalogue.LOCAL_CHAT_DISCONNECT, "cancel", "finish").equals("finish"),
                env.number(Catalogue.LOCAL_CHAT_HISTORY, 100, 10_000_000),
                env.number(Catalogue.LOCAL_CHAT_CONNECTIONS, 2, 100_000));
    }

    private static Code code(Environment env) {
        return new Code(
                isOpen(env, Catalogue.COURSE_AUTH),
                env.number(Catalogue.EXECUTION_TIMEOUT, 1, 60),
                env.oneOf(Catalogue.CODE_SAFETY, "off", "basic", "strict"),
                env.text(Catalogue.HINT_MODEL),
                engine(env),
                pool(env),
                new Box(
                        env.number(Catalogue.SANDBOX_MEMORY, 32, 65_536),
                        env.number(Catalogue.SANDBOX_CPU, 5, 6_400),
                        env.number(Catalogue.SANDBOX_PROCESSES, 8, 4_096),
                        env.number(Catalogue.SANDBOX_DISK, 1, 4_096),
                        env.oneOf(Catalogue.SANDBOX_ISOLATION, "reuse", "fresh").equals("fresh")));
    }

    private static Courses courses(Environment env) {
        var folder = env.text(Catalogue.COURSES_DIR);
        return new Courses(
                folder.isEmpty() ? Path.of(env.text(Catalogue.DATA_DIR), "courses") : Path.of(folder),
                env.isOn(Catalogue.COURSE_SAMPLES),
                env.text(Catalogue.TUTOR_MODEL));
    }

    private static Engine engine(Environment env) {
        var images = env.byEnding(Catalogue.DOCKER_IMAGE);
        env.given(Catalogue.DOCKER_IMAGE).ifPresent(image -> images.put("python", image));
        return new Engine(
                env.text(Catalogue.DOCKER_HOST),
                env.text(Catalogue.DOCKER_RUNTIME),
                images,
                env.isOn(Catalogue.DOCKER_PULL));
    }

    private static Pool pool(Environment env) {
        int max = env.number(Catalogue.POOL_MAX, 1, 1_000);
        return new Pool(
                env.isOn(Catalogue.POOL_ENABLED),
                Math.min(max, env.number(Catalogue.POOL_SIZE, 0, 1_000)),
                Math.min(max, env.number(Catalogue.POOL_MIN, 0, 1_000)),
                max,
                env.number(Catalogue.POOL_TOTAL, 1, 10_000),
                env.list(Catalogue.POOL_LANGUAGES),
                env.duration(Catalogue.POOL_IDLE),
                env.number(Catalogue.POOL_QUEUE, 0, 100_000),
                env.duration(Catalogue.POOL_WAIT),
                env.number(Catalogue.SANDBOX_PER_CALLER, 1, 1_000));
    }

    private static Limits limits(Environment env) {
        for (var live : List.of(
                Catalogue.RATE_EXECUTE,
                Catalogue.RATE_HINT,
                Catalogue.RATE_POOL_STATS,
                Catalogue.RATE_LESSONS,
                Catalogue.RATE_SUBMIT,
                Catalogue.RATE_TUTOR,
                Catalogue.RATE_GLOBAL)) {
            env.number(live, 0, 1_000_000);
        }
        return new Limits(
                env.number(Catalogue.RATE_SIGNIN, 0, 1_000_000), env.number(Catalogue.RATE_SIGNUP, 0, 1_000_000));
    }

    private static Path proxyFile(Path envFile) {
        var folder = envFile.resolveSibling("env");
        return !Files.isRegularFile(envFile) && Files.isDirectory(folder) ? folder.resolve(".env") : envFile;
    }

    private static Map<String, String> said(Path file) {
        try {
            return Environment.load(Map.of(), file);
        } catch (ConfigException e) {
            return Map.of(); // the proxy tells of it, and goes by the environment
        }
    }

    private static Proxy proxy(Environment env, Map<String, String> process, Path file) {
        var own = new HashMap<String, String>();
        for (var setting : ProxyCatalogue.ALL) {
            setting.names().forEach(name -> own.computeIfAbsent(name, process::get));
        }
        var port = env.given(ProxyCatalogue.PROXY_PORT).isPresent()
                ? Optional.of(env.number(ProxyCatalogue.PROXY_PORT, 0, 65_535))
                : Optional.<Integer>empty();
        boolean configured =
                port.isPresent() || env.given(ProxyCatalogue.API_BASE_URL).isPresent();
        return new Proxy(port, env.number(ProxyCatalogue.FALLBACK_PORT, 0, 65_535), configured, own, file);
    }

    private static Flows flows(Environment env) {
        env.number(FlowCatalogue.WORKERS, 0, 10_000);
        for (var address : List.of(
                FlowCatalogue.PLUGIN_GET,
                FlowCatalogue.PLUGIN_RUN,
                FlowCatalogue.PLUGIN_BASE,
                FlowCatalogue.KNOWLEDGE,
                FlowCatalogue.KNOWLEDGE_BASE)) {
            env.given(address).ifPresent(text -> url(env, address, text));
        }
        return new Flows(
                env.given(FlowCatalogue.SERVICE_PORT).map(text -> env.number(FlowCatalogue.SERVICE_PORT, 0, 65_535)),
                false,
                env.text(FlowCatalogue.SERVICE_SUB),
                env.text(FlowCatalogue.SERVICE_LOCATION),
                env.text(FlowCatalogue.SERVICE_NAME),
                new Secret(env.text(FlowCatalogue.APP_KEY)),
                new Secret(env.text(FlowCatalogue.APP_SECRET)),
                service(env, FlowCatalogue.PLUGIN_GET, FlowCatalogue.PLUGIN_BASE, "/api/v1/tools/versions"),
                service(env, FlowCatalogue.PLUGIN_RUN, FlowCatalogue.PLUGIN_BASE, "/api/v1/tools/http_run"),
                service(env, FlowCatalogue.KNOWLEDGE, FlowCatalogue.KNOWLEDGE_BASE, "/knowledge/v1/chunk/query"),
                env.list(FlowCatalogue.ALLOWED_HOSTS),
                env.number(FlowCatalogue.FILE_BYTES, 1, 1 << 30),
                fileTypes(env),
                env.number(FlowCatalogue.FILE_SECONDS, 60, 1_000_000_000),
                env.number(FlowCatalogue.RUN_DAYS, 1, 36_500),
                env.number(FlowCatalogue.RUNS_KEPT, 1, 10_000_000),
                env.number(FlowCatalogue.CODE_SECONDS, 1, 300),
                new AgentCard(
                        env.given(FlowCatalogue.AGENT_BASE)
                                .map(text -> url(env, FlowCatalogue.AGENT_BASE, text))
                                .orElse(""),
                        env.text(FlowCatalogue.AGENT_NAME),
                        env.text(FlowCatalogue.AGENT_VERSION)),
                env.isOn(FlowCatalogue.OTLP_ENABLE) ? Optional.of(collector(env)) : Optional.empty(),
                headers(env),
                env.text(FlowCatalogue.OTLP_TRACE_NAME));
    }

    /** An address, or the usual path at the base of its service. */
    private static String service(Environment env, Setting whole, Setting base, String path) {
        var given = env.text(whole);
        var root = env.text(base);
        return given.isEmpty() && !root.isEmpty() ? root.replaceAll("/+$", "") + path : given;
    }

    private static Map<String, String> headers(Environment env) {
        var headers = new LinkedHashMap<String, String>();
        for (var one : env.text(FlowCatalogue.OTLP_HEADERS).split(",", -1)) {
            int equals = one.indexOf('=');
            if (equals > 0) {
                headers.put(
                        one.substring(0, equals).strip(),
                        one.substring(equals + 1).strip());
            } else if (!one.isBlank()) {
                env.mistake(FlowCatalogue.OTLP_HEADERS.name(), "…", "a list of name=value");
            }
        }
        return headers;
    }

    private static FileTypes fileTypes(Environment env) {
        var text = env.text(FlowCatalogue.FILE_TYPES);
        try {
            return FileTypes.parse(text);
        } catch (IllegalArgumentException e) {
            env.mistake(FlowCatalogue.FILE_TYPES.name(), text, "a list of endings or a JSON object of such lists");
            return FileTypes.parse("");
        }
    }

    /** The address that the workflow service had was one of gRPC, without a scheme; beside it is that of HTTP. */
    private static String collector(Environment env) {
        var text = env.text(FlowCatalogue.OTLP_ENDPOINT);
        var address = text.contains("://") ? text : "http://" + text.replaceAll(":4317$", ":4318");
        return url(env, FlowCatalogue.OTLP_ENDPOINT, address);
    }

    private static Logs logs(Environment env) {
        return new Logs(
                env.oneOf(Catalogue.LOG_LEVEL, "INFO", "DEBUG", "WARN", "ERROR"),
                env.oneOf(Catalogue.LOG_FORMAT, "json", "text").equals("json"),
                env.number(Catalogue.LOG_SAMPLE, 0, 1_000_000),
                env.number(Catalogue.LOG_RETENTION, 1, 3650),
                env.text(Catalogue.ENVIRONMENT),
                new Secret(env.text(Catalogue.METRICS_TOKEN)));
    }
}
