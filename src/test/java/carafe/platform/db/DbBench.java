package carafe.platform.db;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/** Writes and reads a second, and the CPU time of each, on a SQLite file; arguments: clients, seconds of each round. */
public final class DbBench {
    private static final Ids IDS = new Ids(Clock.systemUTC());

    private DbBench() {}

    private interface Operation {
        void run(Db db, int client, long n);
    }

    public static void main(String[] args) throws Exception {
        if (System.getProperty("jdk.virtualThreadScheduler.parallelism") == null) {
            System.setProperty("jdk.virtualThreadScheduler.parallelism", "16");
        }
        int clients = args.length > 0 ? Integer.parseInt(args[0]) : 64;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        for (boolean durable : new boolean[] {false, true}) {
            var folder = Files.createTempDirectory("carafe-bench");
            try (var db = Db.open(new DbConfig("sqlite:" + folder.resolve("bench.db"), 4, durable))) {
                db.update("CREATE TABLE item (id TEXT PRIMARY KEY, n BIGINT NOT NULL, text TEXT NOT NULL)");
                var mode = durable ? "FULL" : "NORMAL";
                for (var round : new String[] {"warm-up ", ""}) {
                    measure(round + mode + " insert", db, clients, seconds, DbBench::insert);
                    measure(round + mode + " read + 2 writes", db, clients, seconds, DbBench::transaction);
                    measure(round + mode + " insert, one client", db, 1, seconds, DbBench::insert);
                    measure(round + mode + " read by key", db, clients, seconds, DbBench::read);
                }
            }
            delete(folder);
        }
    }

    private static void insert(Db db, int client, long n) {
        var id = IDS.next();
        db.update("INSERT INTO item (id, n, text) VALUES (?, ?, ?)", id, n, "a short text of a message");
    }

    private static void transaction(Db db, int client, long n) {
        var id = IDS.next();
        db.transaction(() -> {
            long next =
                    db.one("SELECT max(rowid) FROM item", row -> row.getLong(1)).orElse(0L) + 1;
            db.update("INSERT INTO item (id, n, text) VALUES (?, ?, ?)", id, next, "a short text of a message");
            return db.update("UPDATE item SET n = n + 1 WHERE id = ?", id);
        });
    }

    private static void read(Db db, int client, long n) {
        long rowid = ThreadLocalRandom.current().nextLong(1, 10_000);
        db.one("SELECT id, n, text FROM item WHERE rowid = ?", row -> row.getString("text"), rowid);
    }

    private static void measure(String name, Db db, int clients, int seconds, Operation operation) throws Exception {
        var count = new LongAdder();
        long cpu = cpuNanos();
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        Together.run(clients, client -> {
            for (long n = 0; System.nanoTime() < end; n++) {
                operation.run(db, client, n);
                count.increment();
            }
        });
        double took = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%-34s %9.0f /s  %6.1f us CPU each%n",
                name,
                count.sum() / took,
                (cpuNanos() - cpu) / 1e3 / count.sum());
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static void delete(Path folder) throws Exception {
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
