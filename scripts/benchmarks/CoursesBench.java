import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** The figures of courses: one server in an open class, a course of 100 exercises, learners and scores written beforehand. */
public final class CoursesBench {
    private static final int EXERCISES = 100;
    private static final String SOLUTION = "def double(n):\n    return n * 2\n";

    private final Path jar;
    private final Path work;
    private final String image;
    private final List<String> flags;
    private final Set<String> only;
    private final double scale;
    private final Table table = new Table();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor()).build();

    private CoursesBench(Map<String, String> options) {
        jar = Path.of(options.get("jar"));
        work = Path.of(options.get("work"));
        image = options.get("image");
        flags = Arrays.stream(options.get("flags").trim().split("\\s+(?=-)")).toList();
        only = Set.of(options.getOrDefault("only", "check,class,regrade,gradebook,pages").split(","));
        scale = options.containsKey("quick") ? 0.04 : 1;
    }

    public static void main(String[] args) throws Exception {
        var options = new HashMap<String, String>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].substring(2);
            options.put(name, name.equals("quick") ? "yes" : args[++i]);
        }
        System.exit(new CoursesBench(options).run() ? 0 : 1);
    }

    private int scaled(int wanted) {
        return Math.max(3, (int) (wanted * scale));
    }

    private boolean run() throws Exception {
        Table.describeMachine(jar, flags, "Engine, containers, load and Carafe");
        table.row("what", "p50 / p95", "rate, CPU", "must reach", "met");
        table.row("---", "---", "---", "---", "---");
        writeCourse();
        try (var server = start()) {
            new Api(server.port).signUp(); // the first account is the teacher
        }
        seed();
        try (var server = start()) {
            var api = new Api(server.port);
            api.signIn();
            warm(server.port);
            if (only.contains("check")) check(server);
            if (only.contains("class")) submitAll(server);
            if (only.contains("gradebook")) gradebook(api);
            if (only.contains("pages")) pages(server, api);
            if (only.contains("regrade")) regrade(server, api);
        }
        return table.end();
    }

    private Server start() throws Exception {
        int port = Server.freePort();
        Files.createDirectories(work.resolve("data"));
        var environment = new HashMap<>(Map.of("PORT", "" + port, "HOST", "127.0.0.1", "DATA_DIR", work.resolve("data").toString(),
                "COURSES_DIR", work.resolve("courses").toString(), "DOCKER_IMAGE", image, "COURSE_AUTH", "open", "ENVIRONMENT", "development"));
        for (var area : List.of("GLOBAL", "EXECUTE", "SUBMIT", "LESSONS")) environment.put("RATE_LIMIT_" + area, "0");
        return Server.start(Server.java(flags, "-jar", jar.toString()), environment, port, work.resolve("server.log"));
    }

    // ---- what there is beforehand -------------------------------------------------------------

    private void writeCourse() throws IOException {
        write("course.json", "{\"title\": \"Bench\", \"lessons\": true}");
        for (int i = 1; i <= EXERCISES; i++) {
            String folder = "01-all/" + i + "-e" + i;
            write(folder + "/README.md", "# Exercise " + i + "\n\n" + "Write a function `double(n)` that gives twice n.\n\n".repeat(20));
            write(folder + "/starter/main.py", "def double(n):\n    pass\n");
            write(folder + "/solution/main.py", SOLUTION);
            writeTests(folder, 1);
        }
    }

    /** Ten tests, five of them hidden. {@code points} of the first one. */
    private void writeTests(String folder, int points) throws IOException {
        for (var kind : List.of("visible", "hidden")) {
            var tests = new StringBuilder("{\"tests\": [");
            for (int t = 0; t < 5; t++) {
                int n = kind.equals("visible") ? t : 1000 + t;
                tests.append(t == 0 ? "" : ",").append("{\"name\":\"").append(kind).append(t).append("\",\"call\":\"double(").append(n)
                        .append(")\",\"returns\":").append(2 * n).append(",\"points\":").append(t == 0 ? points : 1).append('}');
            }
            write(folder + "/tests/" + kind + ".json", tests.append("]}").toString());
        }
    }

    private void write(String name, String text) throws IOException {
        var file = work.resolve("courses/bench").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** Learners who do not sign in, their scores in every exercise, and submissions to the first one. */
    private void seed() throws Exception {
        try (var db = DriverManager.getConnection("jdbc:sqlite:" + work.resolve("data/carafe.db"))) {
            db.setAutoCommit(false);
            int learners = only.contains("gradebook") ? scaled(1000) : scaled(300);
            rows(db, "INSERT INTO account (id, num, username, name, role, created_at, updated_at) VALUES (?, ?, ?, ?, 'user', 0, 0)", learners,
                    i -> new Object[] {"l" + i, i + 2, "learner" + i, "Learner " + i});
            if (only.contains("gradebook")) {
                rows(db, "INSERT INTO best_score (course, lesson, account_id, submission_id, points, attempts, passed_at, last_at)"
                        + " VALUES ('bench', ?, ?, 1, ?, 3, 1, 1)", learners * EXERCISES,
                        i -> new Object[] {"e" + (i % EXERCISES + 1), "l" + i / EXERCISES, i % 3 / 2.0});
            }
            if (only.contains("regrade")) {
                rows(db, "INSERT INTO submission (account_id, course, lesson, source, status, content_hash, score, points, submitted_at, graded_at,"
                        + " files) VALUES (?, 'bench', 'e2', 'graded', 'pass', 'old', 1, 1, ?, 1, ?)", scaled(5000),
                        i -> new Object[] {"l" + i % learners, i, "{\"main.py\":\"def double(n):\\n    return n * 2\\n\"}"});
            }
            db.commit();
        }
    }

    private interface Row {
        Object[] at(int i);
    }

    private static void rows(Connection db, String sql, int count, Row row) throws Exception {
        try (var statement = db.prepareStatement(sql)) {
            for (int i = 0; i < count; i++) {
                Object[] values = row.at(i);
                for (int c = 0; c < values.length; c++) statement.setObject(c + 1, values[c]);
                statement.addBatch();
                if (i % 1000 == 999) statement.executeBatch();
            }
            statement.executeBatch();
        }
    }

    // ---- rows ---------------------------------------------------------------------------------

    private static String body(long user) {
        return "{\"code\":" + Api.quoted(SOLUTION) + ",\"user_id\":" + user + "}";
    }

    private HttpRequest request(int port, String path, long user) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(120)).POST(HttpRequest.BodyPublishers.ofString(body(user))).build();
    }

    private String passed(int port, String path, long user) throws IOException, InterruptedException {
        var answer = client.send(request(port, path, user), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200 || !answer.body().startsWith("{") || !answer.body().contains("\"status\":\"pass\"")) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private void warm(int port) throws Exception {
        long end = System.nanoTime() + 90_000_000_000L;
        while (true) {
            try {
                passed(port, "/api/v1/courses/bench/exercises/e1/check", 2);
                break;
            } catch (IOException e) {
                if (System.nanoTime() > end) throw e;
                Thread.sleep(200);
            }
        }
        for (int i = 0; i < scaled(200); i++) passed(port, "/api/v1/courses/bench/exercises/e1/submit", 2);
    }

    /** All ten tests, graded and stored: a check runs the visible half. */
    private void check(Server server) throws Exception {
        double before = server.cpuMillis();
        int count = scaled(300);
        for (var what : List.of("check", "submit")) {
            double[] times = new double[count];
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                passed(server.port, "/api/v1/courses/bench/exercises/e1/" + what, 2);
                times[i] = (System.nanoTime() - start) / 1e6;
                Thread.sleep(5);
            }
            double cpu = (server.cpuMillis() - before) / count;
            before = server.cpuMillis();
            boolean asked = what.equals("check"); // of the other one nothing is asked
            table.row(asked ? "check of an exercise, five visible tests of ten, one learner" : "submission to it, all ten tests, one learner",
                    Table.both(times), String.format("%.2f ms CPU", cpu), asked ? "p50 ≤ 30 ms" : "stated",
                    asked ? table.met(Table.median(times) <= 30) : "");
        }
    }

    private void submitAll(Server server) throws Exception {
        int learners = scaled(300);
        long[] at = new Random(7).longs(learners, 0, (long) (10_000 * Math.max(scale, 0.1))).sorted().toArray();
        double[] times = new double[learners];
        var failed = new AtomicLong();
        double before = server.cpuMillis();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < learners; i++) {
                int learner = i;
                all.add(threads.submit(() -> {
                    long due = start + at[learner] * 1_000_000;
                    Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
                    try {
                        passed(server.port, "/api/v1/courses/bench/exercises/e3/submit", learner + 2);
                    } catch (IOException e) {
                        failed.incrementAndGet();
                    }
                    times[learner] = (System.nanoTime() - due) / 1e6;
                    return null;
                }));
            }
            for (var one : all) one.get();
        }
        table.row(learners + " learners submit within 10 s, ten tests in one run each", Table.both(times),
                String.format("%d lost, %.2f ms CPU each", failed.get(), (server.cpuMillis() - before) / learners), "all graded, p95 ≤ 5 s",
                table.met(failed.get() == 0 && Table.percentile(times, 0.95) <= 5000));
    }

    private void gradebook(Api api) throws Exception {
        int pages = scaled(1000) / 50 + 1;
        double[] times = new double[Math.max(20, pages * 2)];
        int bytes = 0;
        for (int i = -3; i < times.length; i++) {
            long start = System.nanoTime();
            bytes = api.get("/api/v1/courses/bench/gradebook?limit=50&page=" + (Math.max(0, i) % pages + 1)).length();
            if (i >= 0) times[i] = (System.nanoTime() - start) / 1e6;
        }
        table.row(String.format("gradebook of %,d × %d, a page of 50 (%d kB)", scaled(1000), EXERCISES, bytes / 1024), Table.both(times), "3 queries a page",
                "≤ 150 ms", table.met(Table.percentile(times, 0.95) <= 150));
    }

    private void pages(Server server, Api api) throws Exception {
        String path = "/api/v1/courses/bench/lessons/e1";
        var first = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port + path)).build(), HttpResponse.BodyHandlers.ofString());
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: " + first.headers().firstValue("ETag").orElseThrow() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        Load.closed(server.port, request, 20, 5 * scale);
        long queries = statements(api);
        double before = server.cpuMillis();
        var load = Load.closed(server.port, request, scaled(200), 10 * scale);
        double cpu = (server.cpuMillis() - before) / load.count();
        table.row("lesson page, " + scaled(200) + " clients, with its tag", Table.ms2(load.p50()) + " / " + Table.ms2(load.p95()),
                String.format("%.0f/s, %.3f ms CPU, %d errors, %.3f queries a page", load.perSecond(), cpu, load.errors(),
                        (statements(api) - queries) / (double) load.count()),
                "≤ 0.2 ms CPU", table.met(cpu <= 0.2 && load.errors() == 0));
    }

    private static long statements(Api api) throws Exception {
        var found = Pattern.compile("(?m)^db_statements_total ([0-9.E+]+)$").matcher(api.get("/metrics"));
        return found.find() ? (long) Double.parseDouble(found.group(1)) : -1;
    }

    /** Meanwhile a learner presses Run now and then. */
    private void regrade(Server server, Api api) throws Exception {
        writeTests("01-all/2-e2", 3);
        api.post("/api/v1/courses/reload", "{}");
        long start = System.nanoTime();
        String id = number("id", api.post("/api/v1/courses/bench/exercises/e2/regrade", "{}"));
        var over = new AtomicBoolean();
        var runs = new ArrayList<Double>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var learner = threads.submit(() -> {
                while (!over.get()) {
                    long at = System.nanoTime();
                    passed(server.port, "/api/v1/courses/bench/exercises/e3/check", 3);
                    runs.add((System.nanoTime() - at) / 1e6);
                    Thread.sleep(200);
                }
                return null;
            });
            String state;
            do {
                Thread.sleep(100);
                state = api.get("/api/v1/courses/bench/regrades/" + id);
            } while (state.contains("\"state\":\"running\""));
            over.set(true);
            learner.get();
            double seconds = (System.nanoTime() - start) / 1e9;
            double total = Double.parseDouble(number("total", state));
            double[] times = runs.stream().mapToDouble(d -> d).toArray();
            table.row(String.format("regrade of %,.0f submissions; a learner's check meanwhile", total), Table.both(times),
                    String.format("%.0f submissions/s", total / seconds), "rate stated, checks < 1 s",
                    table.met(state.contains("\"ready\"") && Table.percentile(times, 1) < 1000));
            long apply = System.nanoTime();
            api.post("/api/v1/courses/bench/regrades/" + id + "/apply", "{}");
            table.row("the changes applied", Table.ms((System.nanoTime() - apply) / 1e6), "–", "stated", "");
        }
    }

    private static String number(String name, String json) {
        var found = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
        if (!found.find()) throw new IllegalStateException(json);
        return found.group(1);
    }
}
