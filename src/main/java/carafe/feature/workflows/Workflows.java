package carafe.feature.workflows;

import carafe.engine.outbound.AddressGuard;
import carafe.engine.outbound.Outbound;
import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Journal;
import carafe.engine.workflow.Services;
import carafe.engine.workflow.Usage;
import carafe.feature.accounts.AccountStore;
import carafe.feature.code.Runs;
import carafe.feature.models.Models;
import carafe.feature.models.Providers;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import carafe.platform.jobs.Nodes;
import carafe.platform.ops.Histogram;
import carafe.platform.ops.Metrics;
import carafe.platform.ops.Tally;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All of workflows, put together. */
public final class Workflows implements AutoCloseable {
    /** What an operator can do for a call that may not leave. */
    public static final String REACH_REMEDY = "If workflows may call it, name it in WORKFLOW_ALLOWED_HOSTS.";

    /**
     * What it stands on.
     *
     * @param accounts null where there are none
     * @param patience how long runs may go on at a stop
     * @param samples the folder of sample workflows, which is made when it is not there
     */
    public record Ground(
            Db db,
            SecretKeys keys,
            @Nullable AccountStore accounts,
            FlowApps apps,
            Models models,
            Providers guarded,
            Runs code,
            int processes,
            Nodes nodes,
            Metrics metrics,
            ObjectMapper mapper,
            Ids ids,
            Clock clock,
            Duration patience,
            Path samples) {}

    private static final Duration LONGEST_SWEEP = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(Workflows.class);
    /** Soon: a server that is started often must get there too. */
    private static final Duration FIRST_SWEEP = Duration.ofMinutes(5);

    private static final Duration SWEEP = Duration.ofHours(1);

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread sweeper = Thread.ofVirtual().name("workflow-retention").unstarted(this::sweepUntilClosed);
    private final Ground ground;
    private final FlowStore flowStore;
    private final RunStore runStore;
    private final VariableStore variables;
    private final ModelCalls models;
    private final CodeRuns code;
    private final Flows flows;
    private final Runner runner;
    private final Sids sids;
    private final Reach reach;
    private final FlowFiles files;
    private final GivenFiles given;
    private final RunSweep sweep;
    private final @Nullable Traces traces;
    private final Tally counter;
    private final Histogram durations;
    private final FlowSettings settings;
    private final SampleFiles samples;

    public Workflows(Ground ground, FlowSettings settings) {
        this.ground = ground;
        this.settings = settings;
        counter = ground.metrics()
                .counter(
                        "carafe_workflow_runs",
                        "Workflow runs by how they ended.",
                        "dc",
                        "server_host",
                        "server_name",
                        "app_id",
                        "func",
                        "pid",
                        "ret",
                        "flow_id");
        durations = ground.metrics()
                .histogram(
                        "carafe_workflow_run_seconds",
                        "From a run's request to its end.",
                        "func",
                        0.01,
                        0.1,
                        1,
                        10,
                        60,
                        600);
        var mapper = ground.mapper();
        flowStore = new FlowStore(ground.db(), ground.clock());
        var values = new RunValues(settings.uploads().resolve("values"));
        runStore = new RunStore(
                ground.db(), values, mapper, ground.clock(), ground.nodes().id());
        variables = new VariableStore(ground.db(), mapper, ground.clock());
        models = new ModelCalls(ground.models(), ground.guarded(), mapper, ground.ids());
        reach = new Reach(
                new Outbound(new AddressGuard(settings.reachable(), REACH_REMEDY)),
                new Outbound(AddressGuard.none()),
                settings,
                mapper);
        files = new FlowFiles(ground.db(), settings.uploads(), ground.keys(), settings.keepFiles(), ground.clock());
        given = new GivenFiles(settings.fileTypes(), files, reach, settings.uploadBytes());
        code = new CodeRuns(ground.code(), ground.processes(), mapper);
        sids = new Sids(
                settings.serviceSub(),
                settings.serviceLocation(),
                settings.port(),
                ground.nodes().id(),
                ground.clock());
        sweep = new RunSweep(ground.db(), values, files, settings.keepFor(), settings.keepRuns(), ground.clock());
        var secrets = new Secrets(ground.keys());
        var plans = new Plans(flowStore, secrets, mapper);
        flows = new Flows(flowStore, plans, secrets, sids, mapper, ground.clock());
        samples = new SampleFiles(ground.samples(), mapper);
        runner = new Runner(
                ground.nodes(),
                runStore,
                plans,
                this::services,
                ground.ids(),
                ground.clock(),
                ground.patience(),
                this::ended);
        traces = settings.traces()
                .map(address -> new Traces(runStore, new Outbound(AddressGuard.none()), address, settings, mapper))
                .orElse(null);
    }

    /** Counted under the labels that the workflow service had. */
    private void ended(LiveRun part) {
        var ending = part.ending();
        if (ending == null || ending.state() == Journal.State.WAITING) {
            return;
        }
        var run = part.run;
        var func = run.isDebug() ? "debug_chat" : "chat";
        counter.add(
                1,
                settings.serviceLocation(),
                "",
                settings.serviceName(),
                run.appId(),
                func,
                Long.toString(ProcessHandle.current().pid()),
                Integer.toString(ending.code()),
                run.flowId());
        durations.record(func, (ground.clock().millis() - run.createdAt()) * 1_000_000);
        var sent = traces;
        if (sent != null) {
            sent.ended(run.id());
        }
    }

    private Services services(Run run) {
        return services(run, caller(run));
    }

    /** For a node that is tried alone: what it stores is for nobody else. */
    private Services services(Caller caller) {
        var party = Party.of(caller);
        var nothing = ground.mapper().createObjectNode();
        var run = new Run(
                "trial",
                "",
                "trial",
                "",
                "",
                nothing,
                party.appId(),
                party.accountId(),
                caller.holder(),
                "",
                "debug",
                false,
                "run",
                null,
                "running",
                "",
                nothing,
                null,
                0,
                "",
                Usage.NONE,
                0,
                0);
        return services(run, caller);
    }

    private Services services(Run run, Caller caller) {
        return new Services(
                (question, sink, stop) -> models.ask(caller, run.id(), question, sink, stop),
                (program, arguments, limit, stop) -> code.run(
                        run.accountId() == null ? run.appId() : run.accountId(), program, arguments, limit, stop),
                reach::send,
                reach::call,
                reach::search,
                given::check,
                variables.of(run),
                ground.clock());
    }

    /** For whom a run calls models: its account, as it is now, or its app. */
    private Caller caller(Run run) {
        var accounts = ground.accounts();
        if (run.accountId() == null || accounts == null) {
            return new Caller.FlowApp(run.appId(), false, null);
        }
        return accounts.find(run.accountId())
                .<Caller>map(one -> new Caller.Person(one.id(), one.num(), one.name(), one.email(), one.role(), ""))
                .orElseThrow(() -> new FlowFailure(FlowCode.APP_UNKNOWN, "the account is gone"));
    }

    public void register(Routes routes) {
        var mapper = ground.mapper();
        var frames = new FrameStream(runStore, runner, mapper, ground.clock());
        var chats = new ChatFlowRoutes(flows, runStore, runner, frames, sids, mapper, ground.clock());
        chats.register(routes);
        new AgentRoutes(chats, settings.agent(), sids, mapper).register(routes);
        new RunRoutes(flows, runStore, new RunList(ground.db(), mapper), runner, frames, sids, mapper, ground.clock())
                .register(routes);
        new SampleRoutes(samples, flows, mapper).register(routes);
        new FlowRoutes(flows, mapper).register(routes);
        new ProtocolRoutes(flows, sids, mapper).register(routes);
        new PublishRoutes(flows, ground.apps(), sids, mapper).register(routes);
        new TryRoutes(code, this::services, settings.codeLimit(), sids, mapper).register(routes);
        new FileFlowRoutes(files, settings, sids, runner::newId, mapper).register(routes);
        new AppRoutes(ground.apps(), runner::newId, mapper).register(routes);
        routes.get(
                "/workflow/v1/health",
                Rule.of(Surface.WEBUI, Access.PUBLIC),
                ctx -> ctx.json(mapper.createObjectNode().put("status", "ok")));
    }

    /** Takes up the runs of earlier processes; the node must have been started. */
    public void start() {
        ground.apps().provision(settings.appKey(), settings.appSecret());
        runner.start();
        sweeper.start();
        if (traces != null) {
            traces.start();
        }
    }

    private void sweepUntilClosed() {
        samples.unpack(); // here, since a start need not wait for it
        try {
            for (var pause = FIRST_SWEEP; !closing.await(pause.toMillis(), TimeUnit.MILLISECONDS); pause = SWEEP) {
                try {
                    sweep.run();
                } catch (RuntimeException | IOException e) {
                    log.warn("old runs could not be removed, next try in an hour", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        runner.close();
        try {
            if (traces != null) {
                traces.close();
            }
            reach.close();
            if (sweeper.isAlive()) {
                sweeper.join(LONGEST_SWEEP);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Which paths a port of its own answers. */
    public static boolean owns(String path) {
        return path.startsWith("/workflow/")
                || path.startsWith("/sparkflow/")
                || path.equals("/v1/publish")
                || path.equals("/v1/auth")
                || path.equals("/.well-known/agent-card.json")
                || path.equals("/health")
                || path.startsWith("/health/")
                || path.equals("/ready");
    }
}
