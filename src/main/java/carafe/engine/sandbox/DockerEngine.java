package carafe.engine.sandbox;

import carafe.engine.sandbox.EngineException.Kind;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.Ulimit;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The container engine behind docker-java: the only class that talks to it, beside {@link Link}. Every call is bounded in
 * time and may block; none is made while a program waits for its answer. Engine API 1.41 is what it was written against.
 */
final class DockerEngine implements AutoCloseable {
    static final String INSTANCE = "carafe.instance";
    private static final Logger log = LoggerFactory.getLogger(DockerEngine.class);
    private static final String DEFAULT_HOST = "unix:///var/run/docker.sock";
    private static final RemoteApiVersion OLDEST = RemoteApiVersion.create(1, 32);
    private static final RemoteApiVersion NEWEST = RemoteApiVersion.create(1, 44);
    private static final Duration SHORT = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration PULL = Duration.ofMinutes(15);

    /** One container as the engine lists it; {@code created} in seconds of the epoch, by the engine's clock. */
    record Listed(String id, String name, String state, long created, Map<String, String> labels) {}

    /** All that a container is made from. */
    record Recipe(
            String image,
            String name,
            String runtime,
            List<String> command,
            Map<String, String> labels,
            SandboxSettings.Box box,
            boolean executableFiles) {}

    private final DockerClient client;

    private DockerEngine(DockerClient client) {
        this.client = client;
    }

    /** Connects to {@code host} with a version of the API that both sides speak. */
    static DockerEngine connect(String host) throws EngineException, InterruptedException {
        var address = host.isEmpty() ? DEFAULT_HOST : host;
        EngineCheck.address(address);
        try (var first = new DockerEngine(client(address, RemoteApiVersion.unknown()))) {
            var version = first.call(SHORT, () -> first.client.versionCmd().exec());
            var engine =
                    new DockerEngine(client(address, negotiate(version.getApiVersion(), version.getMinAPIVersion())));
            try {
                var info = engine.call(SHORT, () -> engine.client.infoCmd().exec());
                EngineCheck.info(info);
                return engine;
            } catch (EngineException | InterruptedException | RuntimeException e) {
                engine.close();
                throw e;
            }
        }
    }

    private static RemoteApiVersion negotiate(@Nullable String newest, @Nullable String oldest) throws EngineException {
        var theirs = RemoteApiVersion.parseConfigWithDefault(newest);
        if (OLDEST.isGreater(theirs)) {
            throw new EngineException(Kind.AWAY, "The container engine is too old.", "Install Docker 17.09 or newer.");
        }
        var chosen = theirs.isGreater(NEWEST) ? NEWEST : theirs;
        var least = RemoteApiVersion.parseConfigWithDefault(oldest);
        return !least.equals(RemoteApiVersion.unknown()) && least.isGreater(chosen) ? least : chosen;
    }

    private static DockerClient client(String host, RemoteApiVersion version) {
        var config = new DefaultDockerClientConfig.Builder()
                .withDockerHost(host)
                .withDockerTlsVerify(false)
                .withApiVersion(version)
                .build();
        var transport = new ApacheDockerHttpClient.Builder()
                .dockerHost(URI.create(host))
                .connectionTimeout(SHORT)
                .build();
        return DockerClientImpl.getInstance(config, transport);
    }

    /** How long the engine takes to say that it is there. */
    Duration ping() throws EngineException, InterruptedException {
        long start = System.nanoTime();
        call(SHORT, () -> client.pingCmd().exec());
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** The image, or nothing when the engine does not have it. */
    Optional<InspectImageResponse> image(String name) throws EngineException, InterruptedException {
        return call(SHORT, () -> {
            try {
                return Optional.of(client.inspectImageCmd(name).exec());
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    /** Fetches an image from its registry and tells {@code progress} what the engine says about it. */
    void pull(String image, Consumer<String> progress) throws EngineException, InterruptedException {
        call(
                PULL,
                () -> client.pullImageCmd(image)
                        .exec(new ResultCallback.Adapter<PullResponseItem>() {
                            @Override
                            public void onNext(PullResponseItem item) {
                                progress.accept(EngineCheck.progress(item));
                            }
                        })
                        .awaitCompletion());
    }

    /** Creates, attaches to and starts a container; its id is given to {@code container} as soon as there is one. */
    void start(Recipe recipe, Container container) throws EngineException, InterruptedException {
        var uid = container.uid() + ":" + container.uid();
        var created = call(
                LONG,
                () -> client.createContainerCmd(recipe.image)
                        .withName(recipe.name)
                        .withLabels(recipe.labels)
                        .withUser(uid)
                        .withEntrypoint(recipe.command.getFirst())
                        .withCmd(recipe.command.subList(1, recipe.command.size()))
                        .withEnv("PYTHONDONTWRITEBYTECODE=1")
                        .withWorkingDir("/")
                        .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
                        .withTty(false)
                        .withStdinOpen(true)
                        .withStdInOnce(true)
                        .withAttachStdin(true)
                        .withAttachStdout(true)
                        .withAttachStderr(true)
                        .withHostConfig(host(recipe))
                        .exec());
        container.id(created.getId());
        client.attachContainerCmd(created.getId())
                .withStdIn(container.link().stdin())
                .withStdOut(true)
                .withStdErr(true)
                .withFollowStream(true)
                .exec(container.link());
        try {
            container.link().awaitAttached(SHORT.toSeconds());
        } catch (IOException e) {
            throw EngineCheck.explain(e);
        }
        call(LONG, () -> client.startContainerCmd(created.getId()).exec());
    }

    private static HostConfig host(Recipe recipe) {
        var box = recipe.box;
        long memory = (long) box.memoryMb() << 20;
        var tmp = "size=%dm,nr_inodes=%d,mode=1777,nosuid,nodev,%s"
                .formatted(box.tmpMb(), box.tmpFiles(), recipe.executableFiles ? "exec" : "noexec");
        var host = HostConfig.newHostConfig()
                .withMemory(memory)
                .withMemorySwap(memory)
                .withCpuPeriod(100_000L)
                .withCpuQuota(box.cpuPercent() * 1000L)
                .withPidsLimit((long) box.processes())
                .withNetworkMode("none")
                .withIpcMode("none")
                .withReadonlyRootfs(true)
                .withTmpFs(Map.of("/tmp", tmp))
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                // Where the host pipes core dumps to a program, 0 does not stop it; the kernel takes 1 for "never".
                .withUlimits(List.of(new Ulimit("core", 1L, 1L)))
                .withInit(false)
                .withAutoRemove(true);
        return recipe.runtime.isEmpty() ? host : host.withRuntime(recipe.runtime);
    }

    /** Kills a container and waits until it is gone; one that is gone already is fine. */
    void remove(String id) throws EngineException, InterruptedException {
        call(LONG, () -> {
            try {
                client.removeContainerCmd(id)
                        .withForce(true)
                        .withRemoveVolumes(true)
                        .exec();
            } catch (NotFoundException | ConflictException e) {
                log.debug("Container {} was on its way out: {}", id, e.getMessage());
            }
            return id;
        });
    }

    /** Whether the engine still knows the container, in any state. */
    boolean knows(String id) throws EngineException, InterruptedException {
        return inspect(id).isPresent();
    }

    Optional<InspectContainerResponse> inspect(String id) throws EngineException, InterruptedException {
        return call(SHORT, () -> {
            try {
                return Optional.of(client.inspectContainerCmd(id).exec());
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    /** Every container that a Carafe made, of whatever instance and in whatever state. */
    List<Listed> listed() throws EngineException, InterruptedException {
        return call(SHORT, () -> {
            List<Listed> all = new ArrayList<>();
            for (var one : client.listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(List.of(INSTANCE))
                    .exec()) {
                var name = one.getNames().length == 0 ? "" : one.getNames()[0].substring(1);
                all.add(new Listed(one.getId(), name, one.getState(), one.getCreated(), Map.copyOf(one.getLabels())));
            }
            return all;
        });
    }

    /** The engine's clock, in seconds of the epoch. */
    long time() throws EngineException, InterruptedException {
        return call(
                SHORT,
                () -> OffsetDateTime.parse(
                                String.valueOf(client.infoCmd().exec().getSystemTime()))
                        .toEpochSecond());
    }

    /** Tells {@code victims} the ids of the instance's containers in which the kernel kills for want of memory; ends with the engine. */
    void watchMemory(String instance, Consumer<String> victims) {
        client.eventsCmd()
                .withEventFilter("oom")
                .withLabelFilter(Map.of(INSTANCE, instance))
                .exec(new ResultCallback.Adapter<Event>() {
                    @Override
                    public void onNext(Event event) {
                        victims.accept(String.valueOf(event.getId()));
                    }

                    @Override
                    public void onError(Throwable why) {
                        log.debug("The engine's events ended: {}", why.toString());
                    }
                });
    }

    /** Calls on a thread of its own, since neither the socket's nor docker-java's time limits hold on Unix sockets. */
    private <T> T call(Duration limit, Callable<T> body) throws EngineException, InterruptedException {
        var task = new FutureTask<>(body);
        Thread.ofVirtual().name("sandbox-engine").start(task);
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new EngineException(
                    Kind.HANGS,
                    "The container engine did not answer within " + limit.toSeconds() + " s.",
                    "Look at the engine's own log; restart it if it hangs.");
        } catch (ExecutionException e) {
            throw EngineCheck.explain(e.getCause());
        } catch (InterruptedException e) {
            task.cancel(true);
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            log.debug("The engine's client did not close: {}", e.toString());
        }
    }
}
