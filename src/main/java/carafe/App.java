package carafe;

import carafe.engine.documents.Documents;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.Target;
import carafe.engine.llm.Upstreams;
import carafe.engine.llm.local.LocalModel;
import carafe.engine.llm.local.LocalModels;
import carafe.engine.llm.local.LocalSettings;
import carafe.engine.llm.local.ModelAdds;
import carafe.engine.outbound.AddressGuard;
import carafe.engine.sandbox.Sandbox;
import carafe.feature.absent.AbsentRoutes;
import carafe.feature.accounts.Accounts;
import carafe.feature.chats.ChatAnswers;
import carafe.feature.chats.ChatBulkRoutes;
import carafe.feature.chats.ChatEditRoutes;
import carafe.feature.chats.ChatEdits;
import carafe.feature.chats.ChatPurge;
import carafe.feature.chats.ChatReaders;
import carafe.feature.chats.ChatRoutes;
import carafe.feature.chats.ChatSaves;
import carafe.feature.chats.ChatSearch;
import carafe.feature.chats.ChatShareRoutes;
import carafe.feature.chats.ChatShares;
import carafe.feature.chats.ChatSockets;
import carafe.feature.chats.ChatStore;
import carafe.feature.chats.ChatTags;
import carafe.feature.chats.ClientTurns;
import carafe.feature.chats.FolderRoutes;
import carafe.feature.chats.FolderStore;
import carafe.feature.chats.LinearChats;
import carafe.feature.chats.LinearTurns;
import carafe.feature.chats.MessageStore;
import carafe.feature.chats.SearchRoutes;
import carafe.feature.chats.TurnStore;
import carafe.feature.chats.turns.FrontEndTurns;
import carafe.feature.chats.turns.PlainCalls;
import carafe.feature.chats.turns.TaskCalls;
import carafe.feature.chats.turns.TaskRoutes;
import carafe.feature.chats.turns.TurnRoutes;
import carafe.feature.chats.turns.TurnSockets;
import carafe.feature.chats.turns.Turns;
import carafe.feature.code.CodeRoutes;
import carafe.feature.code.CodeSettings;
import carafe.feature.code.Hints;
import carafe.feature.code.PoolRoutes;
import carafe.feature.code.RunMeters;
import carafe.feature.code.Runs;
import carafe.feature.courses.CourseSettings;
import carafe.feature.courses.Courses;
import carafe.feature.evaluations.EvaluationRoutes;
import carafe.feature.files.FileRoutes;
import carafe.feature.files.Uploads;
import carafe.feature.files.UserFiles;
import carafe.feature.gateway.Forwarder;
import carafe.feature.gateway.GatewayRoutes;
import carafe.feature.gateway.MessagesRoutes;
import carafe.feature.gateway.OllamaRoutes;
import carafe.feature.gateway.ResponsesRoutes;
import carafe.feature.localchat.LocalChat;
import carafe.feature.models.Access;
import carafe.feature.models.ConnectionRoutes;
import carafe.feature.models.ConnectionStore;
import carafe.feature.models.Connections;
import carafe.feature.models.Dressing;
import carafe.feature.models.Ledger;
import carafe.feature.models.LocalDetails;
import carafe.feature.models.LocalModelRoutes;
import carafe.feature.models.Meter;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.ModelHistoryRoutes;
import carafe.feature.models.ModelRoutes;
import carafe.feature.models.Models;
import carafe.feature.models.OpenAiRoutes;
import carafe.feature.models.ProviderSettingsRoutes;
import carafe.feature.models.Providers;
import carafe.feature.models.RouteStore;
import carafe.feature.models.RoutingRoutes;
import carafe.feature.models.Workspace;
import carafe.feature.models.WorkspaceRoutes;
import carafe.feature.models.WorkspaceStore;
import carafe.feature.prompts.PromptRoutes;
import carafe.feature.proxy.Proxy;
import carafe.feature.web.FrontEnd;
import carafe.feature.web.PanelRoutes;
import carafe.feature.web.WebRoutes;
import carafe.feature.workflows.FlowApps;
import carafe.feature.workflows.FlowSettings;
import carafe.feature.workflows.Workflows;
import carafe.platform.config.Catalogue;
import carafe.platform.config.Config;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.DataFolder;
import carafe.platform.db.Db;
import carafe.platform.db.DbConfig;
import carafe.platform.db.Dialect;
import carafe.platform.db.DistinctClock;
import carafe.platform.db.Ids;
import carafe.platform.db.Migrations;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientWatch;
import carafe.platform.http.Cors;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.HttpServer;
import carafe.platform.http.Json;
import carafe.platform.http.Limits;
import carafe.platform.http.Networks;
import carafe.platform.http.RateArea;
import carafe.platform.http.Routes;
import carafe.platform.jobs.Jobs;
import carafe.platform.jobs.Nodes;
import carafe.platform.ops.DbMeters;
import carafe.platform.ops.Health;
import carafe.platform.ops.HealthCheck;
import carafe.platform.ops.HealthRoutes;
import carafe.platform.ops.Metrics;
import carafe.platform.ops.MetricsRoutes;
import carafe.platform.ops.Readiness;
import carafe.platform.ops.RequestLog;
import carafe.platform.ops.RequestRows;
import carafe.platform.ops.SettingRoutes;
import carafe.platform.realtime.EventRoutes;
import carafe.platform.realtime.Events;
import carafe.platform.realtime.socketio.SocketIo;
import carafe.platform.realtime.socketio.SocketSettings;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole program, built by hand in the order of its dependencies, and closed in the reverse. */
public final class App implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(App.class);

    /** What must be closed, the last opened first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private static final String FETCH_REMEDY =
            "If files may be fetched from there, name its network in FETCH_PRIVATE_NETWORKS.";

    private final Config config;
    private final Clock clock;
    /** Times of chats: of what was done later they are later. */
    private final Clock chatClock;

    private final ObjectMapper mapper = Json.mapper();
    private final Ids ids;
    private final Db db;
    private final Nodes nodes;
    private final Jobs jobs;
    private final LiveSettings settings;
    private final Accounts accounts;
    private final Events events = new Events();
    private final SocketIo sockets;
    private final Heartbeats heartbeats;
    private final ClientWatch clients;
    private final Metrics metrics;
    private final Db logDb;
    private final RequestRows requestRows;
    private final Health health;
    private final Readiness readiness = new Readiness();
    private final LocalModels local;
    private final ModelAdds modelAdds;
    private final Providers providers;
    private final ConnectionStore connectionStore;
    private final Connections connections;
    private final RouteStore routeStore;
    private final Workspace workspace;
    private final ModelCatalogue catalogue;
    private final Ledger ledger;
    private final Models models;
    private final UserFiles files;
    private final ChatStore chats;
    private final MessageStore messages;
    private final TurnStore turnStore;
    private final Turns turns;
    private final ChatSockets chatSockets;
    private final ChatTags chatTags;
    private final TaskCalls taskCalls;
    private final FrontEndTurns frontEndTurns;
    private final LocalChat localChat;
    private final Sandbox sandbox;
    private final RunMeters runMeters;
    private final Runs runs;
    private final CodeSettings code;
    private final PoolRoutes poolRoutes;
    private final Courses courses;
    private final FlowApps flowApps;
    private final Workflows workflows;
    private final RequestLog requestLog;
    private final @Nullable Proxy proxy;
    private final HttpServer http;

    /** Builds everything and opens the database; a failure closes what was open. */
    public App(Config config, Clock clock) throws IOException {
        this.config = config;
        this.clock = clock;
        this.chatClock = new DistinctClock(clock);
        this.ids = new Ids(clock);
        try {
            var folder = closing(DataFolder.own(config.data().folder()));
            var keys = SecretKeys.open(config.accounts().secretKey(), folder.path());
            metrics = closing(new Metrics());
            db = closing(database(config, clock, new DbMeters(metrics)));
            metrics.gauge("db_connections_active", "Database operations under way.", db::active);
            logDb = logDatabase();
            requestRows = closing(new RequestRows(logDb, config.logs().requestLogDays(), clock));
            requestRows.measureIn(metrics);
            metrics.counter("db_statements", "Statements that the database has run.", () -> db.statements());
            nodes = closing(new Nodes(db, ids, clock, "", Version.TEXT));
            jobs = closing(new Jobs(db, nodes, ids, clock, 12)); // most wait: for containers, documents, model servers
            settings = closing(new LiveSettings(db, keys, config.live(), clock));
            accounts = closing(new Accounts(
                    db,
                    keys,
                    settings,
                    mapper,
                    clock,
                    new Accounts.Options(
                            config.server().secureCookie(),
                            config.accounts().auth(),
                            config.accounts().first(),
                            name(),
                            Version.TEXT,
                            features(),
                            config.accounts().permissions())));
            sockets = closing(new SocketIo(
                    SocketSettings.of(
                            config.sockets().webSocket(),
                            config.sockets().pingInterval(),
                            config.sockets().pingTimeout()),
                    accounts.authenticator(),
                    mapper));

            var upstreams = closing(new Upstreams());
            heartbeats = closing(new Heartbeats());
            clients = closing(new ClientWatch());
            providers = new Providers(upstreams, mapper);
            local = closing(localModels());
            connectionStore = new ConnectionStore(db, keys, clock);
            connections = new Connections(config.models().upstreams(), connectionStore, settings);
            routeStore = new RouteStore(db);
            workspace = new Workspace(new WorkspaceStore(db, accounts.grants(), clock), accounts, clock);
            catalogue = closing(new ModelCatalogue(
                    connections::enabled, this::localIds, routeStore::all, providers, workspace, clock));
            modelAdds = closing(new ModelAdds(
                    local.files(),
                    new AddressGuard(config.models().fetchNetworks(), FETCH_REMEDY)::resolve,
                    (long) config.models().localFileMb() << 20,
                    catalogue::refreshLocal,
                    clock));
            ledger = closing(new Ledger(db));
            var meter = new Meter(ledger, clock);
            models = new Models(
                    catalogue,
                    this::openLocal,
                    upstreams,
                    providers,
                    meter,
                    new Dressing(workspace, settings, mapper, clock),
                    mapper,
                    new Models.Patience(
                            config.models().upstreamTimeout(), config.models().firstTokenTimeout()),
                    clock);

            files = new UserFiles(
                    db,
                    config.data().folder().resolve("blobs"),
                    new Documents(Duration.ofSeconds(60)),
                    jobs,
                    mapper,
                    ids,
                    clock);
            chats = new ChatStore(db);
            messages = new MessageStore(db);
            turnStore = new TurnStore(db, chats, messages, events, ids, chatClock, nodes.id());
            chatSockets = new ChatSockets(sockets, chats, new FolderStore(db, chats, ids, clock), chatClock);
            var turnSockets = new TurnSockets(chatSockets);
            chatTags = new ChatTags(db);
            taskCalls = new TaskCalls(models, catalogue, settings, mapper, ids);
            turns = new Turns(
                    turnStore,
                    messages,
                    models,
                    events,
                    turnSockets,
                    files,
                    ids,
                    mapper,
                    config.server().shutdownTimeout());
            frontEndTurns = new FrontEndTurns(
                    turns,
                    turnStore,
                    new ClientTurns(db, chats, messages, turnStore, events, ids, chatClock),
                    turnSockets,
                    chatTags,
                    taskCalls,
                    catalogue,
                    files,
                    mapper,
                    ids,
                    clock);
            localChat = localChat();
            sandbox = closing(new Sandbox(CodeSettings.sandbox(config.code(), Duration.ofSeconds(5)), mapper, clock));
            runMeters = new RunMeters(metrics, sandbox);
            runs = closing(new Runs(sandbox, runMeters));
            code = CodeSettings.of(config.code());
            poolRoutes = new PoolRoutes(sandbox, runMeters, code, settings, db, accounts.audit(), mapper, clock);
            courses = closing(new Courses(
                    new Courses.Ground(
                            db,
                            keys,
                            accounts,
                            sandbox,
                            runs,
                            runMeters,
                            models,
                            catalogue,
                            jobs,
                            heartbeats,
                            mapper,
                            ids,
                            clock),
                    CourseSettings.of(config)));
            flowApps = new FlowApps(db, keys, accounts.store(), clock);
            var flowUpstreams =
                    closing(new Upstreams(new AddressGuard(config.flows().allowedHosts(), Workflows.REACH_REMEDY)));
            workflows = closing(new Workflows(
                    new Workflows.Ground(
                            db,
                            keys,
                            accounts.store(),
                            flowApps,
                            models,
                            new Providers(flowUpstreams, mapper),
                            runs,
                            code.processes(),
                            nodes,
                            metrics,
                            mapper,
                            ids,
                            clock,
                            config.server().shutdownTimeout(),
                            config.data().folder().resolve("workflows")),
                    flowSettings()));
            connectSockets();
            requestLog = new RequestLog(metrics, config.logs().requestsPerSecond());
            proxy = config.proxy().configured() ? closing(proxy(meter)) : null;
            schedule();
            health = health();
            health.measureIn(metrics);
            http = closing(server());
        } catch (RuntimeException | IOException e) {
            close();
            throw e;
        }
    }

    /** Open WebUI's licence keeps its name on its pages. */
    private String name() {
        var name = config.server().name();
        return config.server().frontEnd().isEmpty() || name.contains("Open WebUI") ? name : name + " (Open WebUI)";
    }

    /** What {@code /api/config} tells front ends that this server can do. */
    private Set<String> features() {
        var features = new HashSet<>(Set.of(
                "enable_title_generation",
                "enable_tags_generation",
                "enable_follow_up_generation",
                "enable_autocomplete_generation"));
        if (config.accounts().adminChatAccess()) {
            features.add("enable_admin_chat_access");
        }
        if (config.accounts().adminExport()) {
            features.add("enable_admin_export");
        }
        if (config.sockets().webSocket()) {
            features.add("enable_websocket");
        }
        return features;
    }

    private <T extends AutoCloseable> T closing(T part) {
        open.push(part);
        return part;
    }

    /** All tables of a configuration, without serving anything. */
    static void makeTables(Config config, Clock clock) throws IOException {
        var backups = config.data().folder().resolve("backup");
        try (var _ = DataFolder.own(config.data().folder());
                var main = database(config, clock, Db.Watcher.NOBODY)) {
            if (main.dialect() != Dialect.SQLITE) {
                Migrations.LOG_TABLES.apply(main, backups, clock);
                return;
            }
            try (var log = openLog(config)) {
                Migrations.LOG_TABLES.apply(log, backups, clock);
            }
        }
    }

    private static Db openLog(Config config) {
        return Db.open(new DbConfig("sqlite:" + config.data().folder().resolve("log.db"), 1, false));
    }

    private static Db database(Config config, Clock clock, Db.Watcher watcher) {
        var data = config.data();
        var opened = data.database().isSet()
                ? Db.open(DbConfig.of(data.database().reveal()), watcher)
                : Db.open(new DbConfig("sqlite:" + data.folder().resolve("carafe.db"), 4, data.fullSync()), watcher);
        try {
            Migrations.MAIN.apply(opened, data.folder().resolve("backup"), clock);
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** A file of its own on SQLite, so that its retention never holds up the writer of everything else. */
    private Db logDatabase() {
        var folder = config.data().folder();
        var sqlite = db.dialect() == Dialect.SQLITE;
        var logs = sqlite ? closing(openLog(config)) : db;
        Migrations.LOG_TABLES.apply(logs, folder.resolve("backup"), clock);
        return logs;
    }

    private LocalModels localModels() {
        var settings = config.models();
        var machine = LocalSettings.defaults();
        return new LocalModels(
                config.data().folder().resolve("models"),
                config.data().folder().resolve("run"),
                new LocalSettings(
                        settings.localIdle(),
                        machine.maxLoaded(),
                        (long) settings.localMemoryMb() << 20,
                        settings.localThreads() == 0 ? machine.threads() : settings.localThreads(),
                        settings.localSlots(),
                        settings.localContext()),
                clock);
    }

    private List<String> localIds() {
        try {
            return local.list().stream().map(LocalModel::id).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of local models cannot be read", e);
        }
    }

    private List<LocalDetails> localDetails() {
        try {
            return local.list().stream()
                    .map(model -> new LocalDetails(
                            model.id(),
                            model.size(),
                            model.architecture(),
                            model.context(),
                            Objects.requireNonNullElse(model.licence(), ""),
                            Objects.requireNonNullElse(model.resident(), 0L)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of local models cannot be read", e);
        }
    }

    private Access openLocal(String id) {
        try {
            var lease = local.lease(id);
            var target = new Target(lease.baseUrl().toString(), new Secret(lease.secret()));
            return new Access(target, lease::crashed, lease::close);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LlmException(new LlmFailure(503, "stopping", "The server is about to stop."));
        }
    }

    private void connectSockets() {
        accounts.connect(sockets);
        chatSockets.connect(events);
        sockets.onChange((socket, before) -> {
            if (!(socket.caller() instanceof Caller.Anonymous)) {
                turns.tellAnew(socket.caller().person().id());
            }
        });
    }

    private void schedule() {
        var purge = new ChatPurge(db, clock);
        jobs.handle("chat.purge", job -> {
            purge.run();
            job.finish(
                    () -> jobs.enqueue("chat.purge", null, "{}", clock.instant().plus(Duration.ofHours(6))));
        });
    }

    private LocalChat localChat() {
        var sessions = new LinearChats(db, chats, messages, turnStore, events, ids, chatClock);
        var ground = new LocalChat.Ground(
                sessions,
                new LinearTurns(db, sessions, chats, messages, turnStore, events, ids, chatClock),
                turns,
                catalogue,
                settings,
                accounts.authenticator(),
                accounts::strangers,
                heartbeats,
                clients,
                metrics,
                mapper,
                clock);
        return new LocalChat(config.localChat(), ground);
    }

    private Proxy proxy(Meter meter) throws IOException {
        return new Proxy(
                config.proxy(),
                new Proxy.Ground(
                        config.server().host(),
                        config.server().shutdownTimeout(),
                        logDb,
                        meter,
                        accounts.audit(),
                        "PROXY_PORT",
                        (routes, on) -> new PanelRoutes(on).register(routes),
                        () -> System.exit(Main.ENDED),
                        accounts::isSignedHere,
                        requestLog,
                        mapper,
                        ids,
                        clock));
    }

    private FlowSettings flowSettings() {
        var flows = config.flows();
        return new FlowSettings(
                flows.serviceSub(),
                flows.serviceLocation(),
                flows.port().orElse(config.server().port()),
                flows.appKey(),
                flows.appSecret(),
                flows.pluginGet(),
                flows.pluginRun(),
                flows.knowledge(),
                flows.allowedHosts(),
                config.data().folder().resolve("workflow-files"),
                flows.fileBytes(),
                flows.fileTypes(),
                Duration.ofSeconds(flows.fileSeconds()),
                Duration.ofDays(flows.runDays()),
                flows.runsKept(),
                Duration.ofSeconds(flows.codeSeconds()),
                flows.agent(),
                flows.traces(),
                flows.traceHeaders(),
                flows.tracer(),
                flows.serviceName());
    }

    private HttpServer server() {
        var server = config.server();
        var settings = new HttpServer.Settings(
                server.host(),
                server.port(),
                server.shutdownTimeout(),
                Networks.parse(server.trustedProxies()),
                new Cors(server.corsOrigins(), config.logs().environment().equals("development")),
                config.flows()
                        .port()
                        .map(port -> new HttpServer.Second(port, Workflows::owns))
                        .orElse(null));
        return new HttpServer(
                settings,
                mapper,
                flowApps.beside(accounts.authenticator()),
                new Limits(this::allowance),
                requestLog,
                this::routes);
    }

    private int allowance(RateArea area) {
        return switch (area) {
            case NONE -> 0;
            case SIGNIN -> config.limits().signinPerMinute();
            case SIGNUP -> config.limits().signupPerMinute();
            case EXECUTE -> settings.number(Catalogue.RATE_EXECUTE);
            case HINT -> settings.number(Catalogue.RATE_HINT);
            case POOL_STATS -> settings.number(Catalogue.RATE_POOL_STATS);
            case LESSONS -> settings.number(Catalogue.RATE_LESSONS);
            case SUBMIT -> settings.number(Catalogue.RATE_SUBMIT);
            case TUTOR -> settings.number(Catalogue.RATE_TUTOR);
            case COURSE -> settings.number(Catalogue.RATE_GLOBAL);
        };
    }

    /** The router searches from the front: what is called most comes first. */
    private void routes(Routes routes) {
        if (config.flows().alone()) {
            workflows.register(routes);
            new HealthRoutes(health, readiness, clock).register(routes);
            new MetricsRoutes(metrics, config.logs().metricsToken()).register(routes);
            return;
        }
        var forwarder = new Forwarder(models, heartbeats, clients, requestRows, mapper, ids, clock);
        var plain = new PlainCalls(files, mapper);
        new GatewayRoutes(forwarder, frontEndTurns::answer, plain::prepare, catalogue, mapper, ids, clock)
                .register(routes);
        new MessagesRoutes(forwarder, catalogue, mapper, ids).register(routes);
        new ResponsesRoutes(forwarder, mapper, ids, clock).register(routes);
        new OllamaRoutes(forwarder, catalogue, this::localDetails, mapper, clock).register(routes);
        new TaskRoutes(taskCalls, catalogue, settings, db, accounts.audit(), mapper, clock).register(routes);
        new TurnRoutes(turns, turnStore, chats, messages, catalogue, heartbeats, mapper).register(routes);
        var hints = new Hints(models, catalogue, mapper, ids, code);
        new CodeRoutes(sandbox, runs, hints, runMeters, courses::keep, heartbeats, clients, mapper, code)
                .register(routes);
        localChat.register(routes);
        workflows.register(routes);
        chatRoutes(routes);
        new EventRoutes(events, accounts.authenticator(), clients, mapper).register(routes);
        sockets.register(routes);
        accounts.register(routes);
        new LocalModelRoutes(local, modelAdds, catalogue::refreshLocal, accounts.audit(), new Body(mapper))
                .register(routes);
        new WorkspaceRoutes(
                        db,
                        workspace,
                        accounts.store(),
                        new ModelHistoryRoutes(db, workspace, accounts.store(), new Body(mapper), ids, clock),
                        new Body(mapper))
                .register(routes);
        new ModelRoutes(catalogue, workspace, settings, mapper, clock).register(routes);
        new OpenAiRoutes(connections, catalogue).register(routes);
        new ProviderSettingsRoutes(
                        connections,
                        connectionStore,
                        catalogue,
                        providers,
                        settings,
                        accounts.audit(),
                        db,
                        new Body(mapper),
                        ids)
                .register(routes);
        new ConnectionRoutes(connections, connectionStore, catalogue, providers, mapper, ids).register(routes);
        new RoutingRoutes(routeStore, connections, catalogue, models, db, mapper).register(routes);
        poolRoutes.register(routes);
        courses.register(routes);
        if (proxy != null) {
            proxy.register(routes);
        }
        new PromptRoutes(db, accounts, new Body(mapper), ids, clock).register(routes);
        new EvaluationRoutes(db, accounts, new Body(mapper), ids, clock).register(routes);
        new FileRoutes(
                        files,
                        settings,
                        new Uploads(config.data().folder().resolve("blobs").resolve("incoming"), mapper),
                        new Body(mapper),
                        clock)
                .register(routes);
        new AbsentRoutes().register(routes);
        new WebRoutes(
                        Version.TEXT,
                        config.server()
                                .frontEnd()
                                .map(folder -> new FrontEnd(folder, name()))
                                .orElse(null),
                        clock)
                .register(routes);
        new HealthRoutes(health, readiness, clock).register(routes);
        new SettingRoutes(config.logs()).register(routes);
        new MetricsRoutes(metrics, config.logs().metricsToken()).register(routes);
    }

    private void chatRoutes(Routes routes) {
        var body = new Body(mapper);
        var folders = new FolderStore(db, chats, ids, clock);
        var admins = config.accounts();
        var readers = new ChatReaders(db, chats, folders, accounts, admins.adminChatAccess());
        var answers = new ChatAnswers(chats, messages, chatTags, readers);
        var saves = new ChatSaves(db, chats, messages, chatTags, events, ids, chatClock);
        var search = new ChatSearch(db, folders, messages);
        var edits = new ChatEdits(db, chats, messages, events, chatClock);
        var shares = new ChatShares(db, ids, clock);
        new ChatShareRoutes(chats, answers, saves, shares, readers, body).register(routes);
        new ChatBulkRoutes(chats, answers, saves, folders, readers, admins.adminExport(), events, body, clock)
                .register(routes);
        new ChatEditRoutes(chats, messages, answers, saves, edits, chatTags, folders, chatSockets, events, body)
                .register(routes);
        new ChatRoutes(chats, answers, saves, search, events, accounts.permissions(), body, clock).register(routes);
        new FolderRoutes(folders, chats, readers, settings, db, events, body).register(routes);
        new SearchRoutes(chats, search).register(routes);
    }

    private Health health() {
        return new Health(List.of(
                HealthCheck.database(db),
                HealthCheck.optional(
                        "ai_provider",
                        List.of("deepseek_api"),
                        () -> catalogue.hasModels()
                                ? HealthCheck.Result.healthy()
                                : HealthCheck.Result.degraded("No model is available yet.")),
                HealthCheck.optional("container_pool", List.of(), poolRoutes::health)));
    }

    /** Takes up what an earlier process left, then opens the port. */
    public void start() {
        nodes.start();
        settings.start();
        accounts.start();
        turnStore.recover(
                db.dialect() == Dialect.SQLITE
                        ? Long.MAX_VALUE
                        : nodes.aliveSince().toEpochMilli());
        ledger.start();
        requestRows.start();
        files.start();
        if (proxy != null) {
            startProxy(proxy);
        }
        http.start();
        workflows.start(); // from here on what works beside the requests, and would only take the cores from the start
        jobs.start();
        catalogue.start();
        sandbox.start();
        courses.start();
        readiness.started();
        jobs.enqueue("chat.purge", "start", "{}", clock.instant().plusSeconds(60));
        log.info("Carafe is ready on port {}", http.port());
    }

    private void startProxy(Proxy started) {
        started.start();
        config.proxy().port().ifPresent(port -> {
            try {
                started.listen(port);
            } catch (IOException e) {
                throw new UncheckedIOException("the port " + port + " of the proxy cannot be opened", e);
            }
        });
    }

    public int port() {
        return http.port();
    }

    /** How many statements the database has run. */
    public long statements() {
        return db.statements();
    }

    /** The proxy, where it is set up. */
    public Optional<Proxy> proxy() {
        return Optional.ofNullable(proxy);
    }

    public HttpServer http() {
        return http;
    }

    /** Lets running answers end within the stop's time, keeps what does not, and gives everything back. */
    @Override
    public void close() {
        Thread stopping = null;
        readiness.stopping();
        if (http != null) {
            events.close();
            sockets.close();
            stopping = Thread.ofVirtual().name("stop-turns").start(turns::close);
            localChat.close(config.server().shutdownTimeout());
        }
        while (!open.isEmpty()) {
            var part = open.pop();
            try {
                part.close();
                if (part == http && stopping != null) {
                    stopping.join();
                }
            } catch (Exception e) {
                log.error("closing failed part={}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
