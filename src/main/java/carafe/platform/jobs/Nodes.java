package carafe.platform.jobs;

import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import carafe.platform.db.Dialect;
import carafe.platform.db.Ids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Table {@code node}: one row for each running process, this one's under an id that no other start ever has. Rows of
 * jobs and turns carry the id of the process that works on them; when it has not been seen for 15 s they are orphans.
 * The clocks of the nodes must agree within a few seconds.
 */
public final class Nodes implements AutoCloseable {
    /** Holds for rows whose process is gone; its argument is {@link #aliveSince}. */
    public static final String ORPHANED = "node_id NOT IN (SELECT id FROM node WHERE seen_at >= ?)";

    private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);
    private static final Duration BEAT = Duration.ofSeconds(5);
    private static final Duration GONE = Duration.ofSeconds(15);
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);

    /** A process that is, or was seconds ago, running. */
    public record Node(String id, String address, String version, Instant startedAt, Instant seenAt) {}

    private final Db db;
    private final Clock clock;
    private final Node self;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread heart = Thread.ofVirtual().name("node-heartbeat").unstarted(this::beatUntilStopped);

    /** @param address where other nodes reach this one, for people to read; empty on a single node */
    public Nodes(Db db, Ids ids, Clock clock, String address, String version) {
        this.db = db;
        this.clock = clock;
        this.self = new Node(ids.next(), address, version, clock.instant(), clock.instant());
    }

    /** The id of this process, to be written beside what it works on. */
    public String id() {
        return self.id();
    }

    /** On SQLite every other process is gone for certain: this one holds the data folder. */
    public void start() {
        if (db.dialect() == Dialect.SQLITE) {
            db.update("DELETE FROM node WHERE id <> ?", self.id());
        }
        beat();
        heart.start();
    }

    /** Those seen within 15 s, the oldest first. */
    public List<Node> alive() {
        return db.list(
                "SELECT id, address, version, started_at, seen_at FROM node WHERE seen_at >= ? ORDER BY started_at, id",
                row -> new Node(
                        row.getString("id"),
                        row.getString("address"),
                        row.getString("version"),
                        Instant.ofEpochMilli(row.getLong("started_at")),
                        Instant.ofEpochMilli(row.getLong("seen_at"))),
                aliveSince());
    }

    /** Whoever was last seen before this moment counts as gone. */
    public Instant aliveSince() {
        return clock.instant().minus(GONE);
    }

    /** Takes the row away, so that others need not wait to take over. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            heart.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        db.update("DELETE FROM node WHERE id = ?", self.id());
    }

    /** Inserts again when others had given this node up, for example after the machine slept. */
    void beat() {
        db.update("""
                INSERT INTO node (id, address, version, started_at, seen_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at""", self.id(), self.address(), self.version(), self.startedAt(), clock.instant());
        db.update("DELETE FROM node WHERE seen_at < ?", clock.instant().minus(FORGOTTEN));
    }

    private void beatUntilStopped() {
        try {
            while (!stopping.await(BEAT.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    beat();
                } catch (DbException e) {
                    LOG.warn("heartbeat failed; after 15 s others take this node's work over", e);
                }
            }
        } catch (InterruptedException e) {
            LOG.error("the heartbeat was interrupted", e);
        }
    }
}
