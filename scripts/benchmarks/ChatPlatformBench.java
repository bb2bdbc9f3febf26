import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The figures of Open WebUI's API: Carafe, and Open WebUI itself where it is to be had, in front of one fake upstream in
 * one run, with the same accounts, chats and requests. All share the cores, so CPU time of an operation is the figure to
 * compare; a ratio tells how many times less Carafe needs.
 */
public final class ChatPlatformBench {
    private static final String BODY = "{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\"Say something about rivers.\"}]}";
    private static final String STREAM_BODY = BODY.replace("{\"model\"", "{\"stream\":true,\"model\"");
    private static final double PERFECT_STREAM_MS = 2951;
    private static final int CHATS = 1000;

    private final Path jar;
    private final Path work;
    private final String peer;
    private final List<String> flags;
    private final Set<String> only;
    private final boolean quick;
    private final Table table = new Table();

    /** One server under measurement; every figure is NaN until it is taken. */
    private static final class Figures {
        double idle = Double.NaN;
        double after = Double.NaN;
        Load.Closed completion;
        double completionCpu = Double.NaN;
        Load.Streams streams;
        double streamsCpu = Double.NaN;
        Load.Closed chats;
        double chatsCpu = Double.NaN;
        Load.Closed models;
        double modelsCpu = Double.NaN;
    }

    private ChatPlatformBench(Map<String, String> options) {
        jar = Path.of(options.get("jar"));
        work = Path.of(options.get("work"));
        peer = options.getOrDefault("openwebui", "none");
        flags = Arrays.stream(options.get("flags").trim().split("\\s+(?=-)")).toList();
        only = Set.of(options.getOrDefault("only", "completion,streams,lists,memory").split(","));
        quick = options.containsKey("quick");
    }

    public static void main(String[] args) throws Exception {
        var options = new HashMap<String, String>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].substring(2);
            options.put(name, name.equals("quick") ? "yes" : args[++i]);
        }
        System.exit(new ChatPlatformBench(options).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        Table.describeMachine(jar, flags, "Load, fake upstream and each server");
        int port = Server.freePort();
        var command = Server.java(List.of("-XX:+UseSerialGC", "-Xmx128m"), sources("FakeUpstream.java"), "" + port, "--tokens", "60", "--gap", "50");
        try (var upstream = Server.start(command, Map.of(), port, work.resolve("upstream.log"))) {
            // one after the other, each with the machine to itself
            var theirs = peer.equals("none") ? new Figures() : measured(theirs(upstream));
            print(measured(ours(upstream)), theirs);
        }
        return table.end();
    }

    // ---- servers ------------------------------------------------------------------------------

    private Server ours(Server upstream) throws Exception {
        int port = Server.freePort();
        Files.createDirectories(work.resolve("carafe"));
        var environment = new HashMap<>(connection(upstream));
        environment.putAll(Map.of("PORT", "" + port, "HOST", "127.0.0.1", "DATA_DIR", work.resolve("carafe").toString()));
        return Server.start(Server.java(flags, "-jar", jar.toString()), environment, port, work.resolve("carafe.log"));
    }

    /** As its makers start it, with what would go to the network or to Ollama switched off. */
    private Server theirs(Server upstream) throws Exception {
        int port = Server.freePort();
        Files.createDirectories(work.resolve("openwebui"));
        var environment = new HashMap<>(connection(upstream));
        environment.putAll(Map.of("FROM_INIT_PY", "true", "USE_SLIM_DOCKER", "true")); // where its files lie, and what was installed of it
        environment.putAll(Map.of("DATA_DIR", work.resolve("openwebui").toString(), "WEBUI_SECRET_KEY", "a secret for the bench",
                "ENABLE_OLLAMA_API", "false", "OFFLINE_MODE", "true", "HF_HUB_OFFLINE", "1", "DO_NOT_TRACK", "true",
                "SCARF_NO_ANALYTICS", "true", "ANONYMIZED_TELEMETRY", "false"));
        return Server.start(List.of(peer, "-m", "uvicorn", "open_webui.main:app", "--host", "127.0.0.1", "--port", "" + port, "--log-level", "warning"),
                environment, port, work.resolve("openwebui.log"));
    }

    private static Map<String, String> connection(Server upstream) {
        return Map.of("OPENAI_API_BASE_URL", "http://127.0.0.1:" + upstream.port + "/v1", "OPENAI_API_KEY", "sk-upstream");
    }

    // ---- measuring ----------------------------------------------------------------------------

    private Figures measured(Server started) throws Exception {
        var figures = new Figures();
        try (var server = started) {
            var api = new Api(server.port);
            api.signUp();
            awaitModel(api);
            Thread.sleep(15_000); // what a compiler needed for the start has been given back by then
            figures.idle = server.residentMb();
            if (only.contains("completion")) {
                byte[] request = Load.post(server.port, "/api/chat/completions", api.token(), BODY);
                figures.completion = closed(server, request, cpu -> figures.completionCpu = cpu);
            }
            if (only.contains("streams")) streams(server, api, figures);
            if (only.contains("lists")) {
                for (int i = 0; i < (quick ? CHATS / 10 : CHATS); i++) seed(api, i);
                figures.chats = closed(server, Load.get(server.port, "/api/v1/chats/?page=1", api.token()), cpu -> figures.chatsCpu = cpu);
                figures.models = closed(server, Load.get(server.port, "/api/models", api.token()), cpu -> figures.modelsCpu = cpu);
            }
            figures.after = server.residentMb();
        }
        return figures;
    }

    private interface Cpu {
        void of(double millis);
    }

    /** 32 clients; {@code cpu} learns the milliseconds of one request. */
    private Load.Closed closed(Server server, byte[] request, Cpu cpu) throws IOException {
        warmUp(server, request);
        double before = server.cpuMillis();
        var load = Load.closed(server.port, request, 32, quick ? 1 : 10);
        cpu.of((server.cpuMillis() - before) / Math.max(1, load.count()));
        return load;
    }

    /** Until a compiler has seen enough, where there is one; a slow server has nothing from more than some seconds. */
    private void warmUp(Server server, byte[] request) throws IOException {
        long end = System.nanoTime() + (quick ? 1_000_000_000L : 40_000_000_000L);
        for (long seen = 0; seen < 100_000 && System.nanoTime() < end; ) {
            var load = Load.closed(server.port, request, 32, quick ? 1 : 4);
            seen += load.count();
            if (load.perSecond() < 150) return;
        }
    }

    private void streams(Server server, Api api, Figures figures) throws IOException {
        byte[] request = Load.post(server.port, "/api/chat/completions", api.token(), STREAM_BODY);
        int count = quick ? 20 : 1000;
        var first = Load.streams(server.port, request, count);
        // streams of a long-running server are measured, not its compiler; one that is overrun is not driven further
        boolean keepsUp = first.wholeP50() < 2 * PERFECT_STREAM_MS;
        for (int round = 0; round < 12 && keepsUp && !quick; round++) Load.streams(server.port, request, count);
        double before = server.cpuMillis();
        figures.streams = Load.streams(server.port, request, count);
        figures.streamsCpu = (server.cpuMillis() - before) / Math.max(0.001, figures.streams.chunks() / 1000.0);
    }

    private static void seed(Api api, int number) throws Exception {
        api.post("/api/v1/chats/new", "{\"chat\":{\"title\":\"Chat number " + number + "\",\"models\":[\"bench\"],\"history\":{\"currentId\":\"a\",\"messages\":{"
                + "\"q\":{\"id\":\"q\",\"parentId\":null,\"childrenIds\":[\"a\"],\"role\":\"user\",\"content\":\"Question " + number + "\",\"timestamp\":1700000000},"
                + "\"a\":{\"id\":\"a\",\"parentId\":\"q\",\"childrenIds\":[],\"role\":\"assistant\",\"content\":\"Rivers run to the sea.\",\"model\":\"bench\","
                + "\"timestamp\":1700000001,\"done\":true}}}}}");
    }

    private static void awaitModel(Api api) throws Exception {
        for (int i = 0; i < 200; i++) {
            if (api.get("/api/models").contains("\"bench\"")) return;
            Thread.sleep(50);
        }
        throw new IOException("the model did not appear");
    }

    private static String sources(String file) {
        return Path.of(System.getProperty("carafe.sources", "scripts/benchmarks"), file).toString();
    }

    // ---- the table ----------------------------------------------------------------------------

    private void print(Figures own, Figures other) {
        table.row("what", "Carafe", "Open WebUI 0.12.4", "times its requests/s", "ratio of CPU", "must reach", "met");
        table.row("---", "---", "---", "---", "---", "---", "---");
        if (own.completion != null) {
            calls("`POST /api/chat/completions`, 32 clients", 100, own.completion, own.completionCpu, other.completion, other.completionCpu);
        }
        if (own.streams != null) streamRows(own, other);
        if (own.chats != null) {
            calls("`GET /api/v1/chats/?page=1`, 1,000 chats, 32 clients", 50, own.chats, own.chatsCpu, other.chats, other.chatsCpu);
            calls("`GET /api/models`, 1,000 chats, 32 clients", 50, own.models, own.modelsCpu, other.models, other.modelsCpu);
        }
        if (only.contains("memory")) {
            table.row("resident memory, idle → after the load", memory(own), memory(other), "–",
                    ratio(other.after, own.after) + " (of memory)", "≤ 180 → ≤ 350 MB", table.met(own.idle <= 180 && own.after <= 350));
        }
    }

    private void streamRows(Figures own, Figures other) {
        table.row("1,000 streams of 60 tokens, 50 ms apart: first token p50 / p99", first(own.streams), first(other.streams), "–", "–", "p99 ≤ 60 ms",
                table.met(own.streams.firstP99() <= 60));
        double off = Math.abs(own.streams.wholeP50() / PERFECT_STREAM_MS - 1) * 100;
        table.row("… whole stream p50, finished, CPU of 1,000 chunks", whole(own.streams, own.streamsCpu), whole(other.streams, other.streamsCpu),
                "–", ratio(other.streamsCpu, own.streamsCpu), "within 1 % of 2,951 ms, none lost", table.met(off <= 1 && own.streams.errors() == 0));
    }

    /** @param least how many times the other's requests a second it must be; without the other only errors count */
    private void calls(String what, int least, Load.Closed own, double ownCpu, Load.Closed other, double otherCpu) {
        double times = other == null ? Double.NaN : own.perSecond() / other.perSecond();
        table.row(what, closed(own, ownCpu), closed(other, otherCpu), other == null ? "–" : String.format("%.0f", times), ratio(otherCpu, ownCpu),
                other == null ? "no error" : "≥ " + least + " × requests/s", table.met(own.errors() == 0 && !(times < least)));
    }

    private static String closed(Load.Closed load, double cpu) {
        if (load == null) return "–";
        return String.format("%,.0f/s, p50 %.2f, p99 %.1f ms, %.3f ms CPU", load.perSecond(), load.p50(), load.p99(), cpu)
                + (load.errors() == 0 ? "" : ", " + load.errors() + " ERRORS");
    }

    private static String first(Load.Streams streams) {
        return streams == null ? "–" : Table.ms2(streams.firstP50()) + " / " + Table.ms2(streams.firstP99());
    }

    private static String whole(Load.Streams streams, double cpu) {
        if (streams == null) return "–";
        return String.format("%s (%+.2f %%), %d, %.0f ms", Table.ms(streams.wholeP50()), (streams.wholeP50() / PERFECT_STREAM_MS - 1) * 100, streams.finished(), cpu);
    }

    private static String memory(Figures figures) {
        return Double.isNaN(figures.idle) ? "–" : Table.mb(figures.idle) + " → " + Table.mb(figures.after);
    }

    private static String ratio(double other, double own) {
        return Double.isNaN(other) ? "–" : String.format("%.0f", other / own);
    }
}
