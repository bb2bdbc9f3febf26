import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The figures of the transparent proxy: direct, a bare Javalin handler with the same bytes, Portkey where it is to be had,
 * and {@code carafe.jar proxy}, in one run. All share the cores, so CPU time of an operation is the figure to compare.
 */
public final class ProxyBench {
    private static final String CHAT = "{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\"Say something about rivers.\"}]}";
    private static final String STREAM = CHAT.replace("{\"model\"", "{\"stream\":true,\"model\"");
    private static final String MESSAGES = "{\"model\":\"bench\",\"max_tokens\":1024,\"system\":[{\"type\":\"text\",\"text\":\"You are a tool of some kind.\","
            + "\"cache_control\":{\"type\":\"ephemeral\"}}],\"tools\":[" + "{\"name\":\"read\",\"input_schema\":{\"type\":\"object\"}},".repeat(20)
            + "{\"name\":\"write\",\"input_schema\":{\"type\":\"object\"}}],\"messages\":[{\"role\":\"user\",\"content\":\""
            + "lorem ipsum ".repeat(100) + "\"}]}";
    private static final double PERFECT_STREAM_MS = 2951;
    private static final String KEY = "key-of-the-bench";

    private final Path jar;
    private final Path work;
    private final String portkey;
    private final List<String> flags;
    private final Set<String> only;
    private final double scale;
    private final Table table = new Table();

    private ProxyBench(Map<String, String> options) {
        jar = Path.of(options.get("jar"));
        work = Path.of(options.get("work"));
        portkey = options.getOrDefault("portkey", "none");
        flags = Arrays.stream(options.get("flags").trim().split("\\s+(?=-)")).toList();
        only = Set.of(options.getOrDefault("only", "pass,single,messages,streams,big,million").split(","));
        scale = options.containsKey("quick") ? 0.1 : 1;
    }

    public static void main(String[] args) throws Exception {
        var options = new HashMap<String, String>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].substring(2);
            options.put(name, name.equals("quick") ? "yes" : args[++i]);
        }
        System.exit(new ProxyBench(options).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        Table.describeMachine(jar, flags, "Load, fake upstream and each server");
        table.row("what", "direct", "bare Javalin, no upstream", "Portkey", "Carafe", "CPU of Carafe", "must reach", "met");
        table.row("---", "---", "---", "---", "---", "---", "---", "---");
        int port = Server.freePort();
        var command = Server.java(List.of("-XX:+UseSerialGC", "-Xmx128m"), sources("FakeUpstream.java"), "" + port, "--tokens", "60", "--gap", "50");
        try (var upstream = Server.start(command, Map.of(), port, work.resolve("upstream.log"))) {
            try (var carafe = proxy("proxy", port)) {
                if (only.contains("pass")) pass(upstream, carafe);
                if (only.contains("single")) single(upstream, carafe);
                if (only.contains("messages")) messages(upstream, carafe);
                if (only.contains("streams")) streams(upstream, carafe);
            }
            if (only.contains("million")) million(port);
        }
        if (only.contains("big")) big();
        return table.end();
    }

    // ---- rows ---------------------------------------------------------------------------------

    private static byte[] request(int port, String path, String body) {
        return Load.post(port, path, "sk-upstream", body);
    }

    private record Cost(Load.Closed load, double cpu) {
        String text() {
            return String.format("%,.0f/s, p50 %.2f, p99 %.1f ms, %.3f ms CPU%s", load.perSecond(), load.p50(), load.p99(), cpu,
                    load.errors() == 0 ? "" : ", " + load.errors() + " ERRORS");
        }
    }

    private Cost load(Server server, byte[] request, int clients, double seconds) throws IOException {
        long wanted = (long) (200_000 * scale);
        long end = System.nanoTime() + (long) (60e9 * scale);
        for (long seen = 0; seen < wanted && System.nanoTime() < end; ) seen += Load.closed(server.port, request, clients, 2).count();
        double before = server.cpuMillis();
        var load = Load.closed(server.port, request, clients, Math.max(1, seconds * scale));
        return new Cost(load, (server.cpuMillis() - before) / Math.max(1, load.count()));
    }

    private void pass(Server upstream, Server carafe) throws Exception {
        var direct = load(upstream, request(upstream.port, "/v1/chat/completions", CHAT), 32, 5);
        var bare = bare(upstream);
        var other = portkey(upstream);
        var through = load(carafe, request(carafe.port, "/v1/chat/completions", CHAT), 32, 10);
        table.row("pass-through, 32 clients", direct.text(), bare.text(), other == null ? "not measured" : other.text(), through.text(),
                String.format("%.3f ms a request", through.cpu), "≤ 0.06 ms CPU", table.met(through.cpu <= 0.06 && through.load.errors() == 0));
    }

    private Cost bare(Server upstream) throws Exception {
        var answer = answer(upstream);
        int port = Server.freePort();
        var command = Server.java(flags, "-cp", jar.toString(), sources("BareJavalin.java"), "" + port, answer);
        try (var server = Server.start(command, Map.of(), port, work.resolve("bare.log"))) {
            return load(server, request(port, "/v1/chat/completions", CHAT), 32, 5);
        }
    }

    private static String answer(Server upstream) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + upstream.port + "/v1/chat/completions"))
                            .POST(HttpRequest.BodyPublishers.ofString(CHAT)).build(), HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    /** Null where it is not installed. */
    private Cost portkey(Server upstream) throws Exception {
        if (portkey.equals("none")) return null;
        int port = Server.freePort();
        try (var server = Server.start(List.of("node", portkey, "--port=" + port, "--headless"), Map.of("TRUSTED_CUSTOM_HOSTS", "127.0.0.1"), port, work.resolve("portkey.log"), "/")) {
            var more = "x-portkey-provider: openai\r\nx-portkey-custom-host: http://127.0.0.1:" + upstream.port + "/v1\r\n";
            return load(server, Load.post(port, "/v1/chat/completions", "Authorization: Bearer sk-upstream", CHAT, more), 32, 5);
        }
    }

    private void single(Server upstream, Server carafe) throws Exception {
        var through = load(carafe, request(carafe.port, "/v1/chat/completions", CHAT), 1, 5);
        var direct = load(upstream, request(upstream.port, "/v1/chat/completions", CHAT), 1, 3);
        double added = through.load.p50() - direct.load.p50();
        table.row("one client, added p50", Table.ms2(direct.load.p50()), "–", "–", Table.ms2(through.load.p50()) + " (+" + Table.ms2(added) + ")",
                String.format("%.3f ms a request", through.cpu), "≤ 0.15 ms added", table.met(added <= 0.15));
    }

    private void messages(Server upstream, Server carafe) throws Exception {
        var direct = load(upstream, request(upstream.port, "/v1/messages", MESSAGES), 32, 5);
        var through = load(carafe, request(carafe.port, "/v1/messages", MESSAGES), 32, 10);
        table.row("/v1/messages with prompt replacement, 32 clients, " + MESSAGES.length() + " bytes", direct.text(), "–", "–", through.text(),
                String.format("%.3f ms a request", through.cpu), "≤ 0.09 ms CPU", table.met(through.cpu <= 0.09 && through.load.errors() == 0));
    }

    private void streams(Server upstream, Server carafe) throws Exception {
        int count = scale < 1 ? 200 : 1000;
        var direct = Load.streams(upstream.port, request(upstream.port, "/v1/chat/completions", STREAM), count);
        byte[] request = request(carafe.port, "/v1/chat/completions", STREAM);
        for (int round = 0; round < (scale < 1 ? 1 : 5); round++) Load.streams(carafe.port, request, count);
        double before = carafe.cpuMillis();
        var through = Load.streams(carafe.port, request, count);
        double cpu = (carafe.cpuMillis() - before) / (through.chunks() / 1000.0);
        double off = (through.wholeP50() / PERFECT_STREAM_MS - 1) * 100;
        table.row(String.format("%,d streams of 60 tokens, first token p50 / p99", count), Table.ms2(direct.firstP50()) + " / " + Table.ms2(direct.firstP99()), "–", "–",
                Table.ms2(through.firstP50()) + " / " + Table.ms2(through.firstP99()), String.format("%.0f ms per 1,000 chunks", cpu),
                "p99 ≤ 40 ms, ≤ 30 ms CPU", table.met(through.firstP99() <= 40 && cpu <= 30));
        table.row("… whole stream p50 / worst, finished", Table.ms(direct.wholeP50()) + " / " + Table.ms(direct.wholeWorst()) + ", " + direct.finished(), "–", "–",
                String.format("%s (%+.2f %%) / %s, %d", Table.ms(through.wholeP50()), off, Table.ms(through.wholeWorst()), through.finished()),
                "–", "within 1 % of 2,951 ms, none lost", table.met(Math.abs(off) <= 1 && through.errors() == 0));
    }

    private void million(int upstream) throws Exception {
        long wanted = scale < 1 ? 50_000 : 1_000_000;
        try (var carafe = proxy("million", upstream)) {
            byte[] request = request(carafe.port, "/v1/chat/completions", CHAT);
            long sent = 0;
            long errors = 0;
            double tenth = 0;
            while (sent < wanted && errors < 1000) {
                var part = Load.closed(carafe.port, request, 32, 2);
                sent += part.count();
                errors += part.errors();
                if (tenth == 0 && sent >= wanted / 10) tenth = carafe.residentMb();
            }
            double after = carafe.residentMb();
            double dashboard = dashboard(carafe.port);
            table.row(String.format("%,d requests: resident after a tenth → after all", sent), "–", "–", "–", Table.mb(tenth) + " → " + Table.mb(after),
                    "–", "flat, ≤ 300 MB", table.met(after <= 300 && after <= tenth * 1.15 + 10 && errors == 0));
            table.row("… the dashboard's figures, median of 21", "–", "–", "–", Table.ms2(dashboard), "–", "≤ 50 ms", table.met(dashboard <= 50));
        }
    }

    private static double dashboard(int port) throws Exception {
        var times = new double[21];
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/admin/stats")).header("Authorization", "Bearer " + KEY).build();
            for (int i = 0; i < times.length; i++) {
                long start = System.nanoTime();
                var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                times[i] = (System.nanoTime() - start) / 1e6;
                if (answer.statusCode() != 200) throw new IOException("the dashboard answers " + answer.statusCode() + " " + answer.body());
            }
        }
        return Table.median(times);
    }

    private void big() throws Exception {
        long bytes = scale < 1 ? 100_000_000L : 1_000_000_000L;
        try (var upstream = new BigUpstream();
                var carafe = proxy("big", upstream.port())) {
            exchange(carafe.port, 20_000_000, true);
            exchange(carafe.port, 20_000_000, false);
            double before = carafe.residentMb();
            long start = System.nanoTime();
            double cpu = carafe.cpuMillis();
            exchange(carafe.port, bytes, true);
            exchange(carafe.port, bytes, false);
            cpu = carafe.cpuMillis() - cpu;
            double after = carafe.residentMb();
            table.row(String.format("%,d MB up, then down: resident before → after", bytes / 1_000_000), "–", "–", "–",
                    Table.mb(before) + " → " + Table.mb(after) + String.format(", %.1f s", (System.nanoTime() - start) / 1e9),
                    Table.ms(cpu), "flat (within 30 MB)", table.met(after - before <= 30));
        }
    }

    private static void exchange(int port, long bytes, boolean up) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(120_000);
            var out = socket.getOutputStream();
            out.write(((up ? "POST /0" : "GET /" + bytes) + " HTTP/1.1\r\nHost: p\r\nContent-Length: " + (up ? bytes : 0) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            var block = new byte[1 << 16];
            for (long left = up ? bytes : 0; left > 0; left -= block.length) out.write(block, 0, (int) Math.min(left, block.length));
            var head = BigUpstream.head(socket.getInputStream());
            if (!head.startsWith("HTTP/1.1 200")) throw new IOException("a large body was answered with " + head);
            BigUpstream.drain(socket.getInputStream(), BigUpstream.length(head));
        }
    }

    // ---- servers ------------------------------------------------------------------------------

    private Server proxy(String name, int upstream) throws Exception {
        int port = Server.freePort();
        var folder = Files.createDirectories(work.resolve(name));
        var environment = Map.of(
                "PORT", "" + port,
                "HOST", "127.0.0.1",
                "DATA_DIR", folder.toString(),
                "LOG_STORAGE_PATH", folder.resolve("lines").toString(),
                "API_BASE_URL", "http://127.0.0.1:" + upstream,
                "SYSTEM_PROMPT_REPLACEMENT", "You are a careful engineer.",
                "ENABLE_DASHBOARD", "true",
                "DASHBOARD_API_KEY", KEY);
        return Server.start(Server.java(flags, "-jar", jar.toString(), "proxy"), environment, port, work.resolve(name + ".log"));
    }

    private static String sources(String file) {
        return Path.of(System.getProperty("carafe.sources", "scripts/benchmarks"), file).toString();
    }
}
