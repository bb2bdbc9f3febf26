import carafe.engine.sandbox.Limits;
import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Program;
import carafe.engine.sandbox.RunControl;
import carafe.engine.sandbox.Safety;
import carafe.engine.sandbox.Sandbox;
import carafe.engine.sandbox.SandboxSettings;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The figures of the sandbox, all in one run on one engine: the engine's client alone, over HTTP, and what a container a
 * run and an exec a run cost on the same machine.
 */
public final class SandboxBench {
    private static final String PRINT = "print(1+1)";
    private static final String TWENTY_MS = "x = 0\nfor i in range(150000): x += i * i\nprint(x)";
    private static final Limits LIMITS = new Limits(Duration.ofSeconds(30), Duration.ofSeconds(30), 128, 64, 1 << 20);
    private static final List<String> BOX = List.of("--network", "none", "--memory", "128m", "--memory-swap", "128m", "--cpu-period", "100000",
            "--cpu-quota", "50000", "--pids-limit", "64", "--read-only", "--tmpfs", "/tmp:size=10m", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges", "--ipc", "none", "--log-driver", "none", "--user", "65534:65534");

    private final Path jar;
    private final Path work;
    private final String image;
    private final List<String> flags;
    private final Set<String> only;
    private final double scale;
    private final Table table = new Table();
    private double runMs = Double.NaN;
    private double execMs = Double.NaN;

    private SandboxBench(Map<String, String> options) {
        jar = Path.of(options.get("jar"));
        work = Path.of(options.get("work"));
        image = options.get("image");
        flags = Arrays.stream(options.get("flags").trim().split("\\s+(?=-)")).toList();
        only = Set.of(options.getOrDefault("only", "docker,alone,fresh,http,many,class,growth").split(","));
        scale = options.containsKey("quick") ? 0.2 : 1;
    }

    public static void main(String[] args) throws Exception {
        var options = new HashMap<String, String>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].substring(2);
            options.put(name, name.equals("quick") ? "yes" : args[++i]);
        }
        System.exit(new SandboxBench(options).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        Table.describeMachine(jar, flags, "Engine, containers, load and Carafe");
        table.row("what", "p50 / p95", "rate, CPU", "must reach", "met");
        table.row("---", "---", "---", "---", "---");
        if (only.contains("docker")) docker();
        if (only.contains("alone") || only.contains("fresh")) alone();
        if (List.of("http", "many", "class", "growth").stream().anyMatch(only::contains)) overHttp();
        return table.end();
    }

    // ---- without Carafe -----------------------------------------------------------------------

    private void docker() throws Exception {
        var once = new ArrayList<>(List.of("docker", "run", "--rm"));
        once.addAll(BOX);
        once.addAll(List.of(image, "python3", "-c", PRINT));
        double[] runs = time(count(30), 3, () -> command(once));
        runMs = Table.median(runs);
        table.row("docker run --rm, one program", Table.both(runs), "–", "stated", "");
        var keep = new ArrayList<>(List.of("docker", "run", "--rm", "--detach"));
        keep.addAll(BOX);
        keep.addAll(List.of(image, "sleep", "600"));
        String container = command(keep).strip();
        try {
            double[] execs = time(count(60), 5, () -> command(List.of("docker", "exec", container, "python3", "-c", PRINT)));
            execMs = Table.median(execs);
            table.row("docker exec in a container that waits", Table.both(execs), "–", "stated", "");
        } finally {
            command(List.of("docker", "rm", "--force", container));
        }
    }

    private static String command(List<String> words) throws IOException, InterruptedException {
        var process = new ProcessBuilder(words).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) throw new IOException(String.join(" ", words) + ": " + output);
        return output;
    }

    // ---- the engine's client alone ------------------------------------------------------------

    private void alone() throws Exception {
        var usual = SandboxSettings.defaults();
        var settings = new SandboxSettings(usual.engine(), new SandboxSettings.Images(Map.of("python", image, "javascript", image), false),
                usual.box(), usual.sizing(), new SandboxSettings.Queueing(256, Duration.ofSeconds(30), 64, 256), usual.isolation());
        try (var sandbox = new Sandbox(settings, new ObjectMapper(), Clock.systemUTC())) {
            sandbox.start();
            if (only.contains("alone")) {
                expect(sandbox, python(PRINT, 1, null), "2\n");
                while (sandbox.stats().totals().available() < 3) Thread.sleep(20);
                double idle = idleContainer(sandbox);
                double[] one = time(count(1500), count(1500), () -> expect(sandbox, python(PRINT, 1, null), "2\n"));
                table.row("engine alone, print(1+1), one caller", Table.both(one), "–", "p50 ≤ 2.5 ms", table.met(Table.median(one) <= 2.5));
                double[] ten = time(count(300), count(100), () -> expect(sandbox, python(PRINT, 10, null), "2\n"));
                table.row("engine alone, ten cases of one submission", Table.both(ten), "–", "p50 ≤ 15 ms", table.met(Table.median(ten) <= 15));
                table.row("memory of a container that waits (its cgroup)", String.format("%.1f MB", idle), "–", "stated", "");
            }
            if (only.contains("fresh")) {
                fresh(sandbox, "Python", python(PRINT, 1, Program.Isolation.FRESH), "2\n");
                fresh(sandbox, "node", program("javascript", "main.js", "console.log(1+1)", 1, null), "2\n");
            }
        }
    }

    /** The hot path when a container waits, and the rate when none does any more. */
    private void fresh(Sandbox sandbox, String name, Program program, String expected) throws Exception {
        int count = count(60);
        double[] hot = new double[count];
        for (int i = -3; i < count; i++) {
            if (i == -3) expect(sandbox, program, expected);
            while (waiting(sandbox, program) == 0) Thread.sleep(10);
            Thread.sleep(100);
            double took = elapsed(() -> expect(sandbox, program, expected));
            if (i >= 0) hot[i] = took;
        }
        var done = new AtomicLong();
        double seconds = 15 * scale;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        inParallel(4, i -> {
            while (System.nanoTime() < end) {
                expect(sandbox, program, expected);
                done.incrementAndGet();
            }
        });
        table.row("fresh " + name + ", hot path", Table.both(hot), String.format("%.1f runs/s sustained", done.get() / seconds), "p50 ≤ 10 ms",
                table.met(Table.median(hot) <= 10));
    }

    private static int waiting(Sandbox sandbox, Program program) {
        return sandbox.stats().pools().stream()
                .filter(pool -> pool.language().equals(program.language()) && pool.isolation() == Program.Isolation.FRESH)
                .mapToInt(pool -> pool.counts().available())
                .sum();
    }

    private static double idleContainer(Sandbox sandbox) throws Exception {
        String id = sandbox.stats().containers().getFirst().id();
        String usage = command(List.of("docker", "stats", "--no-stream", "--format", "{{.MemUsage}}", id)).split("/")[0].strip();
        double value = Double.parseDouble(usage.replaceAll("[^0-9.]", ""));
        return usage.contains("KiB") ? value / 1024 : value;
    }

    private static Program python(String source, int cases, Program.Isolation isolation) {
        return program("python", "main.py", source, cases, isolation);
    }

    private static Program program(String language, String entry, String source, int cases, Program.Isolation isolation) {
        return new Program(language, List.of(new Program.SourceFile(entry, source.getBytes(StandardCharsets.UTF_8))), entry, Map.of(),
                Collections.nCopies(cases, Program.Case.PLAIN), isolation, Safety.OFF);
    }

    private static String expect(Sandbox sandbox, Program program, String expected) throws IOException {
        var outcome = sandbox.run(program, LIMITS, new RunControl("bench"));
        if (!(outcome instanceof Outcome.Finished finished) || finished.results().stream().anyMatch(one -> !one.stdout().equals(expected))) {
            throw new IOException("unexpected: " + outcome);
        }
        return expected;
    }

    // ---- over HTTP ----------------------------------------------------------------------------

    private void overHttp() throws Exception {
        int port = Server.freePort();
        Files.createDirectories(work.resolve("http"));
        var environment = Map.of("PORT", "" + port, "HOST", "127.0.0.1", "DATA_DIR", work.resolve("http").toString(), "DOCKER_IMAGE", image,
                "RATE_LIMIT_EXECUTE", "0", "RATE_LIMIT_GLOBAL", "0", "SANDBOX_RUNS_PER_CALLER", "10");
        try (var server = Server.start(Server.java(flags, "-jar", jar.toString()), environment, port, work.resolve("http.log"))) {
            var api = new Api(port);
            api.signUp();
            String key = api.newKey();
            byte[] print = execute(port, key, PRINT);
            for (int i = 0; Load.closed(port, print, 1, 0.1).errors() > 0 && i < 100; i++) Thread.sleep(100);
            Load.closed(port, print, 4, 20 * scale);
            if (only.contains("http")) single(server, print);
            if (only.contains("many")) many(server, print);
            if (only.contains("class")) pressRun(port, key);
            if (only.contains("growth")) growth(server, print);
        }
    }

    private static byte[] execute(int port, String key, String code) {
        return Load.post(port, "/api/v1/code/execute", key, body(code));
    }

    private static String body(String code) {
        return "{\"language\":\"python\",\"code\":" + Api.quoted(code) + "}";
    }

    /** One person: a moment passes between an answer and the next press of Run, as in the rows without HTTP. */
    private void single(Server server, byte[] print) throws Exception {
        double before = server.cpuMillis();
        double[] one;
        try (var socket = new Socket("127.0.0.1", server.port)) {
            socket.setTcpNoDelay(true);
            one = time(count(600), count(300), () -> ask(socket, print));
        }
        double cpu = (server.cpuMillis() - before) / (count(600) + count(300));
        double p50 = Table.median(one);
        String factors = Double.isNaN(runMs) ? "" : String.format(", %.0f × faster than run, %.0f × than exec", runMs / p50, execMs / p50);
        boolean fast = p50 <= 4 && (Double.isNaN(runMs) || runMs / p50 >= 40 && execMs / p50 >= 10);
        table.row("POST execute of print(1+1), one client" + factors, Table.both(one), String.format("%.2f ms CPU a run", cpu),
                "p50 ≤ 4 ms, 40 ×, 10 ×", table.met(fast));
        var busy = Load.closed(server.port, print, 1, 10 * scale);
        table.row("the same, without a moment between", Table.ms2(busy.p50()) + " / " + Table.ms2(busy.p95()),
                String.format("%.0f runs/s, %d errors", busy.perSecond(), busy.errors()), "stated", "");
    }

    private static String ask(Socket socket, byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        var in = socket.getInputStream();
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        while (true) {
            int n = in.read(buffer);
            if (n < 0) throw new IOException("the connection ended after " + answer);
            answer.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            int body = answer.indexOf("\r\n\r\n") + 4;
            int length = answer.indexOf("Content-Length: ");
            if (body > 3 && length > 0 && answer.length() - body >= Integer.parseInt(answer.substring(length + 16, answer.indexOf("\r\n", length)))) {
                if (!answer.substring(9, 12).equals("200")) throw new IOException(answer.toString());
                return answer.toString();
            }
        }
    }

    private void many(Server server, byte[] print) throws Exception {
        double before = server.cpuMillis();
        var many = Load.closed(server.port, print, 32, 30 * scale);
        double cpu = (server.cpuMillis() - before) / many.count();
        table.row("32 clients for 30 s", Table.ms2(many.p50()) + " / " + Table.ms2(many.p95()),
                String.format("%.0f runs/s, %.2f ms CPU, %d errors", many.perSecond(), cpu, many.errors()), "≥ 200 runs/s, no error",
                table.met(many.perSecond() >= 200 && many.errors() == 0));
    }

    /** Three hundred learners press Run somewhere in ten seconds, whether or not the others have their answers. */
    private void pressRun(int port, String key) throws Exception {
        int learners = 300;
        var random = new Random(11);
        long[] at = random.longs(learners, 0, 10_000).sorted().toArray();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/code/execute"))
                .header("Authorization", "Bearer " + key).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body(TWENTY_MS))).build();
        var failed = new AtomicLong();
        double[] times = new double[learners];
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < learners; i++) {
                int learner = i;
                all.add(threads.submit(() -> {
                    long due = start + at[learner] * 1_000_000;
                    Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
                    var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                    if (answer.statusCode() != 200 || !answer.body().contains("\"success\":true")) failed.incrementAndGet();
                    times[learner] = (System.nanoTime() - due) / 1e6;
                    return null;
                }));
            }
            for (var one : all) one.get();
        }
        boolean good = failed.get() == 0 && Table.percentile(times, 0.95) <= 2000;
        table.row("300 learners press Run within 10 s (20 ms of work each)", Table.both(times), failed.get() + " not answered", "all, p95 ≤ 2 s",
                table.met(good));
    }

    private void growth(Server server, byte[] print) throws Exception {
        long done = 0;
        var sizes = new ArrayList<Double>();
        for (long wanted : new long[] {(long) (1000 * scale), (long) (11_000 * scale), (long) (21_000 * scale)}) {
            while (done < wanted) done += Load.closed(server.port, print, 8, 2).count();
            sizes.add(server.residentMb());
        }
        table.row("the jar's resident memory after 1,000, 11,000, 21,000 runs",
                Table.mb(sizes.get(0)) + ", " + Table.mb(sizes.get(1)) + ", " + Table.mb(sizes.get(2)), "–", "no growth (within 5 %)",
                table.met(sizes.get(2) <= sizes.get(0) * 1.05));
    }

    // ---- measuring ----------------------------------------------------------------------------

    private interface Step {
        Object go() throws Exception;
    }

    private interface Caller {
        void call(int number) throws Exception;
    }

    private int count(int wanted) {
        return Math.max(3, (int) (wanted * scale));
    }

    private static double elapsed(Step step) throws Exception {
        long start = System.nanoTime();
        step.go();
        return (System.nanoTime() - start) / 1e6;
    }

    /** Milliseconds of each step, after some that do not count; with a pause, since people do not press Run a hundred times a second. */
    private static double[] time(int count, int warmUp, Step step) throws Exception {
        for (int i = 0; i < warmUp; i++) step.go();
        double[] times = new double[count];
        for (int i = 0; i < count; i++) {
            times[i] = elapsed(step);
            Thread.sleep(5);
        }
        return times;
    }

    private static void inParallel(int callers, Caller caller) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                int number = i;
                all.add(threads.submit(() -> {
                    caller.call(number);
                    return null;
                }));
            }
            for (var one : all) one.get();
        }
    }
}
