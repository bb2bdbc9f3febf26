package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Services;
import carafe.feature.accounts.AccountStore;
import carafe.feature.code.Runs;
import carafe.feature.models.Models;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import carafe.platform.http.Routes;
import carafe.platform.jobs.Nodes;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** All of workflows, put together. */
public final class Workflows implements AutoCloseable {
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
            Runs code,
            int processes,
            Nodes nodes,
            ObjectMapper mapper,
            Ids ids,
            Clock clock,
            Duration patience,
            Path samples) {}

    private final Ground ground;
    private final FlowStore flowStore;
    private final RunStore runStore;
    private final VariableStore variables;
    private final ModelCalls models;
    private final CodeRuns code;
    private final Flows flows;
    private final Runner runner;
    private final Sids sids;
    private final SampleFiles samples;

    public Workflows(Ground ground, FlowSettings settings) {
        this.ground = ground;
        var mapper = ground.mapper();
        flowStore = new FlowStore(ground.db(), ground.clock());
        runStore =
                new RunStore(ground.db(), mapper, ground.clock(), ground.nodes().id());
        variables = new VariableStore(ground.db(), mapper, ground.clock());
        models = new ModelCalls(ground.models(), mapper, ground.ids());
        code = new CodeRuns(ground.code(), ground.processes(), mapper);
        sids = new Sids(
                settings.serviceSub(),
                settings.serviceLocation(),
                settings.port(),
                ground.nodes().id(),
                ground.clock());
        var secrets = new Secrets(ground.keys());
        var plans = new Plans(flowStore, secrets, mapper);
        flows = new Flows(flowStore, plans, secrets, sids, mapper, ground.clock());
        samples = new SampleFiles(ground.samples(), mapper);
        runner = new Runner(
                ground.nodes(), runStore, plans, this::services, ground.ids(), ground.clock(), ground.patience());
    }

    private Services services(Run run) {
        var caller = caller(run);
        return new Services(
                (question, sink, stop) -> models.ask(caller, run.id(), question, sink, stop),
                (program, arguments, limit, stop) -> code.run(
                        run.accountId() == null ? run.appId() : run.accountId(), program, arguments, limit, stop),
                (call, stop) -> {
                    throw new FlowFailure(FlowCode.NOT_AVAILABLE, "http");
                },
                (operation, arguments, limit, stop) -> {
                    throw new FlowFailure(FlowCode.NOT_AVAILABLE, "plugin");
                },
                (query, top, kind, match, limit, stop) -> {
                    throw new FlowFailure(FlowCode.NOT_AVAILABLE, "knowledge");
                },
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
        var frames = new FrameStream(runStore, runner, mapper);
        new ChatFlowRoutes(flows, runStore, runner, frames, sids, mapper, ground.clock()).register(routes);
        new RunRoutes(flows, runStore, runner, frames, sids, mapper, ground.clock()).register(routes);
        new SampleRoutes(samples, flows, mapper).register(routes);
        new FlowRoutes(flows, mapper).register(routes);
    }

    /** Takes up the runs of earlier processes; the node must have been started. */
    public void start() {
        samples.unpack();
        runner.start();
    }

    @Override
    public void close() {
        runner.close();
    }
}
