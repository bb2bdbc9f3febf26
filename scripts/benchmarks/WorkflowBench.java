import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The figures of workflows, all over HTTP and durable, beside the published ones of the service that they stand in for. Load,
 * fake upstream and server share the cores.
 */
public final class WorkflowBench {
    private static final String KEY = "bench-key:bench-secret";

    private final Path jar;
    private final Path work;
    private final List<String> flags;
    private final Set<String> only;
    private final boolean quick;
    private final Table table = new Table();
    private int folders;

    private WorkflowBench(Map<String, String> options) {
        jar = Path.of(options.get("jar"));
        work = Path.of(options.get("work"));
        flags = Arrays.stream(options.get("flags").trim().split("\\s+(?=-)")).toList();
        only = Set.of(options.getOrDefault("only", "chain,diamonds,first,waiting,short,recovery,tokens").split(","));
        quick = options.containsKey("quick");
    }

    public static void main(String[] args) throws Exception {
        var options = new HashMap<String, String>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].substring(2);
            options.put(name, name.equals("quick") ? "yes" : args[++i]);
        }
        System.exit(new WorkflowBench(options).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        Table.describeMachine(jar, flags, "Load, fake upstream and server");
        table.row("what", "the replaced engine (published)", "Carafe", "must reach", "met");
        table.row("---", "---", "---", "---", "---");
        int port = Server.freePort();
        var command = Server.java(List.of("-XX:+UseSerialGC", "-Xmx256m"), sources("FakeUpstream.java"), "" + port, "--tokens", "60", "--gap", "20");
        try (var upstream = Server.start(command, Map.of(), port, work.resolve("upstream.log"))) {
            try (var server = server(flags, newFolder(), upstream)) {
                var api = api(server);
                if (only.contains("chain")) chain(server, api);
                if (only.contains("diamonds")) diamonds(server, api);
                if (only.contains("first")) first(server, api);
                if (only.contains("short")) shortRuns(server, api);
                if (only.contains("tokens")) tokens(server, upstream, api);
            }
            if (only.contains("waiting")) waiting(upstream);
            if (only.contains("recovery")) recovery(upstream);
        }
        return table.end();
    }

    // ---- rows ---------------------------------------------------------------------------------

    private void chain(Server server, Api api) throws Exception {
        var nodes = new StringBuilder(start());
        var edges = new StringBuilder();
        var before = "node-start::s";
        for (int i = 0; i < 100; i++) {
            var id = "text-joiner::n" + i;
            nodes.append(',').append(joiner(id, before, i == 0 ? "q" : "output", "x{{x}}".substring(1)));
            edge(edges, before, id, "");
            before = id;
        }
        edge(edges, before, "node-end::e", "");
        var flow = create(api, nodes + "," + end(before), edges);
        double perNode = median(server, request(server, flow, true, true), quick ? 20 : 300) * 1000 / 102;
        table.row("chain of 100 template nodes, frames and trace on, durable", "about 320 µs a node, in memory",
                String.format("%.0f µs a node", perNode), "≤ 100 µs", table.met(perNode <= 100));
    }

    private void diamonds(Server server, Api api) throws Exception {
        var nodes = new StringBuilder(start());
        var edges = new StringBuilder();
        var top = "node-start::s";
        for (int i = 0; i < 10; i++) {
            var out = i == 0 ? "q" : "output";
            for (var side : List.of("a", "b")) {
                nodes.append(',').append(joiner("text-joiner::" + side + i, top, out, "{{x}}"));
                edge(edges, top, "text-joiner::" + side + i, "");
            }
            nodes.append(',').append(joiner("text-joiner::c" + i, "text-joiner::a" + i, "output", "{{x}}"));
            edge(edges, "text-joiner::a" + i, "text-joiner::c" + i, "");
            edge(edges, "text-joiner::b" + i, "text-joiner::c" + i, "");
            top = "text-joiner::c" + i;
        }
        edge(edges, top, "node-end::e", "");
        var flow = create(api, nodes + "," + end(top), edges);
        double ms = median(server, request(server, flow, true, true), quick ? 20 : 300);
        table.row("ten stacked diamonds (32 nodes)", "1,407 ms", Table.ms2(ms), "≤ 5 ms", table.met(ms <= 5));
    }

    private void first(Server server, Api api) throws Exception {
        var flow = create(api, start() + "," + joiner("text-joiner::a", "node-start::s", "q", "{{x}}") + "," + end("text-joiner::a"),
                edges("node-start::s", "text-joiner::a", "node-end::e"));
        var request = request(server, flow, true, true);
        var times = new double[quick ? 20 : 500];
        for (int i = -times.length / 2; i < times.length; i++) {
            double ms = call(server.port, request, true).firstMs();
            if (i >= 0) times[i] = ms;
        }
        double ms = Table.median(times);
        table.row("first frame on a cached plan, over HTTP", "–", Table.ms2(ms), "≤ 5 ms", table.met(ms <= 5));
    }

    private void shortRuns(Server server, Api api) throws Exception {
        var flow = create(api, five(), edges("node-start::s", "text-joiner::a", "text-joiner::b", "text-joiner::c", "text-joiner::d",
                "text-joiner::f", "node-end::e"));
        api.post("/api/v1/workflows/" + flow + "/publish", "{}");
        var request = request(server, flow, false, false);
        Load.closed(server.port, request, 64, quick ? 1 : 10);
        var load = Load.closed(server.port, request, 64, quick ? 2 : 20);
        table.row("short runs (5 template nodes) over HTTP, durable, 64 clients", "–",
                String.format("%,.0f/s, p50 %.1f, p99 %.1f ms%s", load.perSecond(), load.p50(), load.p99(),
                        load.errors() == 0 ? "" : ", " + load.errors() + " ERRORS"),
                "≥ 2,000/s", table.met(load.perSecond() >= 2000 && load.errors() == 0));
    }

    private void tokens(Server server, Server upstream, Api api) throws Exception {
        var flow = create(api, model(), edges("node-start::s", "spark-llm::l", "node-end::e"));
        var body = "{\"model\":\"bench\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        var direct = new double[quick ? 3 : 15];
        var through = new double[direct.length];
        for (int i = 0; i < direct.length; i++) {
            direct[i] = call(upstream.port, Load.post(upstream.port, "/v1/chat/completions", "k", body), true).wholeMs();
            through[i] = call(server.port, request(server, flow, true, true), true).wholeMs();
        }
        double added = (Table.median(through) - Table.median(direct)) / 60;
        table.row("added time per streamed model token", "–", String.format("%.3f ms", added), "≤ 1 ms", table.met(added <= 1));
    }

    private void waiting(Server upstream) throws Exception {
        int count = quick ? 200 : 5000;
        var small = new ArrayList<>(flags.stream().filter(flag -> !flag.startsWith("-Xm")).toList());
        small.add("-Xmx512m");
        try (var server = server(small, newFolder(), upstream)) {
            var api = api(server);
            var flow = create(api, model(), edges("node-start::s", "spark-llm::l", "node-end::e"));
            long start = System.nanoTime();
            int finished = together(server, request(server, flow, true, false), count).get();
            double seconds = (System.nanoTime() - start) / 1e9;
            table.row(String.format("%,d runs waiting for a model at once", count), "–",
                    String.format("%,d finished in %.0f s, %s resident, heap at most 512 MB", finished, seconds, Table.mb(server.residentMb())), "all, ≤ 512 MB heap",
                    table.met(finished == count));
        }
    }

    private void recovery(Server upstream) throws Exception {
        int count = quick ? 50 : 1000;
        var folder = newFolder();
        String flow;
        var server = server(flags, folder, upstream);
        try {
            var api = api(server);
            flow = create(api, model(), edges("node-start::s", "spark-llm::l", "node-end::e"));
            var request = request(server, flow, true, false);
            var begun = new CountDownLatch(count);
            for (int i = 0; i < count; i++) {
                Thread.ofVirtual().start(() -> {
                    try (var socket = new Socket("127.0.0.1", server.port)) {
                        socket.getOutputStream().write(request);
                        socket.setSoTimeout(60_000);
                        begun.countDown();
                        socket.getInputStream().readAllBytes();
                    } catch (IOException killed) {
                        begun.countDown(); // by this bench, below
                    }
                });
            }
            begun.await();
            Thread.sleep(600);
        } finally {
            server.kill();
        }
        long start = System.nanoTime();
        try (var again = server(flags, folder, upstream)) {
            var api = new Api(again.port);
            api.signIn();
            double ready = (System.nanoTime() - start) / 1e6;
            long left = count;
            while (left > 0 && System.nanoTime() - start < 120_000_000_000L) {
                left = running(api, flow);
            }
            // the model itself takes 60 tokens of 20 ms
            double ms = (System.nanoTime() - start) / 1e6 - ready - 1200;
            table.row(String.format("recovery of %,d interrupted runs, after the start, without the model's time", count), "lost", Table.ms(ms),
                    "≤ 3,000 ms", table.met(ms <= 3000 && left == 0));
        }
    }

    private static long running(Api api, String flow) throws Exception {
        long running = 0;
        var next = "";
        do {
            var page = api.get("/api/v1/workflows/" + flow + "/runs?before=" + next);
            running += page.split("\"status\":\"running\"", -1).length - 1;
            next = page.contains("\"next\":") ? Api.field("next", page) : "";
        } while (!next.isEmpty());
        return running;
    }

    // ---- calls --------------------------------------------------------------------------------

    private record Timed(double firstMs, double wholeMs, boolean done) {}

    private static double median(Server server, byte[] request, int count) throws IOException {
        var times = new double[count];
        for (int i = -4 * count; i < count; i++) { // warmed up: the compiler needs some thousand steps
            double ms = call(server.port, request, true).wholeMs();
            if (i >= 0) times[i] = ms;
        }
        return Table.median(times);
    }

    /** One request on a connection of its own; {@code strict} fails when the run did not end well. */
    private static Timed call(int port, byte[] request, boolean strict) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(120_000);
            long start = System.nanoTime();
            socket.getOutputStream().write(new String(request, StandardCharsets.US_ASCII)
                    .replaceFirst("\r\n", "\r\nConnection: close\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            var in = socket.getInputStream();
            var text = new StringBuilder();
            double first = 0;
            byte[] buffer = new byte[4 << 10];
            for (int n; (n = in.read(buffer)) > 0; ) {
                text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                if (first == 0 && text.indexOf("data: ") >= 0) first = (System.nanoTime() - start) / 1e6;
                if (text.indexOf("data: [DONE]") >= 0) break; // the fake upstream keeps its connections
            }
            boolean done = text.indexOf("\"finish_reason\":\"stop\"") >= 0 && !text.toString().contains("\"code\":2");
            if (strict && !done) throw new IOException("a run failed: " + text);
            return new Timed(first, (System.nanoTime() - start) / 1e6, done);
        }
    }

    private static AtomicInteger together(Server server, byte[] request, int count) throws InterruptedException {
        var done = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    if (call(server.port, request, false).done()) done.incrementAndGet();
                } catch (IOException e) {
                    System.err.println("a run broke: " + e.getMessage());
                }
            }));
        }
        for (var thread : threads) thread.join();
        return done;
    }

    // ---- servers and descriptions ---------------------------------------------------------------

    private Path newFolder() {
        return work.resolve("data" + folders++);
    }

    private Server server(List<String> with, Path folder, Server upstream) throws Exception {
        int port = Server.freePort();
        return Server.start(Server.java(with, "--enable-native-access=ALL-UNNAMED", "-jar", jar.toString()),
                Map.of("PORT", "" + port, "HOST", "127.0.0.1", "DATA_DIR", folder.toString(), "OPENAI_API_BASE_URLS",
                        "http://127.0.0.1:" + upstream.port + "/v1", "APP_MANAGE_PLAT_KEY", KEY.substring(0, KEY.indexOf(':')),
                        "APP_MANAGE_PLAT_SECRET", KEY.substring(KEY.indexOf(':') + 1), "DOCKER_HOST", "unix:///nowhere.sock"),
                port, work.resolve("carafe.log"));
    }

    private static Api api(Server server) throws Exception {
        var api = new Api(server.port);
        api.signUp();
        return api;
    }

    private static byte[] request(Server server, String flow, boolean debug, boolean stream) {
        return Load.post(server.port, debug ? "/workflow/v1/debug/chat/completions" : "/workflow/v1/chat/completions", KEY,
                "{\"flow_id\":\"" + flow + "\",\"parameters\":{\"q\":\"hello\"},\"stream\":" + stream + "}");
    }

    private static String create(Api api, String nodes, CharSequence edges) throws Exception {
        return Api.field("id", api.post("/api/v1/workflows", "{\"name\":\"bench\",\"data\":{\"nodes\":[" + nodes + "],\"edges\":[" + edges + "]}}"));
    }

    private static String start() {
        return "{\"id\":\"node-start::s\",\"data\":{\"inputs\":[],\"nodeParam\":{},\"outputs\":[{\"name\":\"q\",\"schema\":{\"type\":\"string\"}}]}}";
    }

    private static String input(String name, String node, String output) {
        return "{\"id\":\"" + name + "\",\"name\":\"" + name + "\",\"schema\":{\"type\":\"string\",\"value\":{\"type\":\"ref\",\"content\":{\"nodeId\":\""
                + node + "\",\"name\":\"" + output + "\"}}}}";
    }

    private static String joiner(String id, String from, String output, String prompt) {
        return "{\"id\":\"" + id + "\",\"data\":{\"inputs\":[" + input("x", from, output) + "],\"nodeParam\":{\"mode\":0,\"prompt\":\"" + prompt
                + "\"},\"outputs\":[{\"name\":\"output\",\"schema\":{\"type\":\"string\"}}]}}";
    }

    private static String end(String from) {
        return "{\"id\":\"node-end::e\",\"data\":{\"inputs\":[" + input("out", from, "output")
                + "],\"outputs\":[],\"nodeParam\":{\"outputMode\":1,\"template\":\"{{out}}\",\"streamOutput\":true}}}";
    }

    private static String five() {
        return start() + "," + joiner("text-joiner::a", "node-start::s", "q", "{{x}}") + "," + joiner("text-joiner::b", "text-joiner::a", "output", "{{x}}")
                + "," + joiner("text-joiner::c", "text-joiner::b", "output", "{{x}}") + "," + joiner("text-joiner::d", "text-joiner::c", "output", "{{x}}")
                + "," + joiner("text-joiner::f", "text-joiner::d", "output", "{{x}}") + "," + end("text-joiner::f");
    }

    private static String model() {
        return start() + ",{\"id\":\"spark-llm::l\",\"data\":{\"inputs\":[" + input("x", "node-start::s", "q")
                + "],\"nodeParam\":{\"model\":\"bench\",\"template\":\"{{x}}\"},\"outputs\":[{\"name\":\"output\",\"schema\":{\"type\":\"string\"}}]}},"
                + end("spark-llm::l");
    }

    private static void edge(StringBuilder edges, String from, String to, String handle) {
        edges.append(edges.isEmpty() ? "" : ",").append("{\"sourceNodeId\":\"").append(from).append("\",\"targetNodeId\":\"").append(to)
                .append("\",\"sourceHandle\":\"").append(handle).append("\"}");
    }

    private static String edges(String... nodes) {
        var edges = new StringBuilder();
        for (int i = 1; i < nodes.length; i++) edge(edges, nodes[i - 1], nodes[i], "");
        return edges.toString();
    }

    private static String sources(String name) {
        return Path.of(System.getProperty("carafe.sources"), name).toString();
    }
}
