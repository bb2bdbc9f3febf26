package carafe.feature.workflows;

import carafe.engine.workflow.Frame;
import carafe.engine.workflow.Journal;
import carafe.engine.workflow.Step;
import carafe.engine.workflow.Usage;
import carafe.platform.db.Db;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Tables {@code wf_run}, {@code wf_step}, {@code wf_frame} and {@code wf_wait}. Only the process that a run belongs to
 * writes its steps and frames: each write names the node, and without a row left it is {@link RunLost}.
 */
final class RunStore {
    /** How long a question waits when its node does not say. */
    private static final long USUAL_WAIT_MS = 24 * 3600 * 1000L;

    private static final String SELECT = """
            SELECT id, sid, flow_id, version, hash, called, app_id, account_id, uid, chat_id, mode, streams, kind, parent_id,
                status, event_id, input, result, code, message, tokens_in, tokens_out, micro_usd, created_at, updated_at
            FROM wf_run\s""";

    /**
     * Writes of runs that may wait for the database at once. Each run has one at most, but there may be more runs than the
     * database takes jobs, and other rooms write, too.
     */
    private static final int MOST_WRITES = 1_000;

    private static final int BUSY_WRITES = 64;

    private final Semaphore writes = new Semaphore(MOST_WRITES);
    private final Db db;
    private final RunValues values;
    private final ObjectMapper mapper;
    private final Clock clock;
    private final String nodeId;

    RunStore(Db db, RunValues values, ObjectMapper mapper, Clock clock, String nodeId) {
        this.db = db;
        this.values = values;
        this.mapper = mapper;
        this.clock = clock;
        this.nodeId = nodeId;
    }

    /** This process no longer owns the run. */
    static final class RunLost extends RuntimeException {
        RunLost(String runId) {
            super("the run belongs to another process: " + runId, null, false, false);
        }
    }

    static String wire(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    String write(JsonNode json) {
        try {
            return mapper.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that cannot be written", e);
        }
    }

    JsonNode read(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored text that is no JSON", e);
        }
    }

    private ObjectNode object(String json) {
        return (ObjectNode) read(json);
    }

    void insert(Run run) {
        inTurn(() -> db.update(
                """
                INSERT INTO wf_run (id, sid, flow_id, version, hash, called, app_id, account_id, uid, chat_id, mode, streams,
                    kind, parent_id, status, event_id, input, node_id, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                run.id(),
                run.sid(),
                run.flowId(),
                run.version(),
                run.hash(),
                write(run.called()),
                run.appId(),
                run.accountId(),
                run.uid(),
                run.chatId(),
                run.mode(),
                run.streams(),
                run.kind(),
                run.parentId(),
                "running",
                run.eventId(),
                values.kept(run.id(), write(run.input())),
                nodeId,
                run.createdAt(),
                run.createdAt()));
    }

    /** Whether so many writes wait that it is worth to make fewer. */
    boolean isBusy() {
        return MOST_WRITES - writes.availablePermits() > BUSY_WRITES;
    }

    private void inTurn(Runnable write) {
        writes.acquireUninterruptibly();
        try {
            write.run();
        } finally {
            writes.release();
        }
    }

    Optional<Run> find(String id) {
        return db.one(SELECT + "WHERE id = ?", this::run, id);
    }

    Optional<Run> bySid(String sid) {
        return db.one(SELECT + "WHERE sid = ?", this::run, sid);
    }

    private Run run(ResultSet row) throws SQLException {
        var result = row.getString("result");
        return new Run(
                row.getString("id"),
                row.getString("sid"),
                row.getString("flow_id"),
                row.getString("version"),
                row.getString("hash"),
                object(row.getString("called")),
                row.getString("app_id"),
                row.getString("account_id"),
                row.getString("uid"),
                row.getString("chat_id"),
                row.getString("mode"),
                row.getInt("streams") == 1,
                row.getString("kind"),
                row.getString("parent_id"),
                row.getString("status"),
                row.getString("event_id"),
                object(values.whole(row.getString("id"), row.getString("input"))),
                result == null ? null : object(values.whole(row.getString("id"), result)),
                row.getInt("code"),
                row.getString("message"),
                new Usage(row.getLong("tokens_in"), row.getLong("tokens_out"), row.getLong("micro_usd")),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }

    // ---- what an execution keeps

    /** One transaction; {@code seq} is the number of the first frame. @throws RunLost and keeps nothing */
    void keep(String runId, long seq, Journal.Entry entry) {
        if (entry.question() == null
                && entry.ending() == null
                && entry.steps().size() + (entry.frames().isEmpty() ? 0 : 1) == 0) {
            return;
        }
        inTurn(() -> keepNow(runId, seq, entry));
    }

    /** What is written is made here, in turn, so that who waits holds nothing twice. */
    private void keepNow(String runId, long seq, Journal.Entry entry) {
        var steps = entry.steps().stream().map(step -> row(runId, step)).toList();
        var json = String.join("\n", entry.frames().stream().map(Frame::json).toList());
        var marks = String.join("\n", entry.frames().stream().map(Frame::mark).toList());
        var question = entry.question();
        var value = question == null ? "" : write(question.value());
        var ending = entry.ending();
        var result = ending == null ? "" : values.kept(runId, write(result(ending)));
        long now = clock.millis();
        db.transaction(() -> {
            boolean fenced = false;
            for (var step : steps) {
                fenced |= insert(step);
            }
            if (!fenced && ending == null) {
                fence(runId);
            }
            if (!entry.frames().isEmpty()) {
                db.update(
                        "INSERT INTO wf_frame (run_id, seq, count, json, marks) VALUES (?, ?, ?, ?, ?)",
                        runId,
                        seq,
                        entry.frames().size(),
                        json,
                        marks);
            }
            if (question != null) {
                ask(runId, question, value, now);
            }
            if (ending != null && finish(runId, ending, result, now) == 0) {
                throw new RunLost(runId);
            }
            return true;
        });
    }

    private void fence(String runId) {
        if (db.update("UPDATE wf_run SET node_id = node_id WHERE id = ? AND node_id = ?", runId, nodeId) == 0) {
            throw new RunLost(runId);
        }
    }

    /** The row of a step, ready to be written; the last two arguments are its fence. */
    private @Nullable Object[] row(String runId, Step step) {
        return new @Nullable Object[] {
            runId,
            step.path(),
            step.nodeId(),
            step.attempts(),
            wire(step.state()),
            step.handle(),
            values.kept(runId, write(step.inputs())),
            values.kept(runId, write(step.outputs())),
            step.errors() == null ? null : write(step.errors()),
            step.code(),
            step.message(),
            step.usage().prompt(),
            step.usage().completion(),
            step.usage().microUsd(),
            values.kept(runId, step.raw()),
            values.kept(runId, pieces(step.pieces())),
            step.startNo(),
            step.endNo(),
            step.startedAt(),
            step.endedAt(),
            runId,
            nodeId
        };
    }

    private boolean insert(@Nullable Object[] row) {
        int inserted = db.update("""
                INSERT INTO wf_step (run_id, path, flow_node, attempts, status, handle, inputs, outputs, errors, code, message,
                    tokens_in, tokens_out, micro_usd, raw, pieces, start_no, end_no, started_at, ended_at)
                SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS INTEGER), CAST(? AS TEXT), CAST(? AS TEXT),
                    CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS INTEGER), CAST(? AS TEXT), CAST(? AS BIGINT),
                    CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT),
                    CAST(? AS BIGINT), CAST(? AS BIGINT)
                FROM wf_run WHERE id = ? AND node_id = ?""", row);
        if (inserted == 0) {
            throw new RunLost(String.valueOf(row[0]));
        }
        return true;
    }

    private String pieces(List<Step.Piece> pieces) {
        var all = mapper.createArrayNode();
        for (var piece : pieces) {
            all.addArray().add(piece.no()).add(piece.reasoning()).add(piece.text());
        }
        return all.isEmpty() ? "" : write(all);
    }

    private ObjectNode result(Journal.Ending ending) {
        var result =
                mapper.createObjectNode().put("content", ending.content()).put("reasoning_content", ending.reasoning());
        result.set("outputs", ending.outputs());
        return result;
    }

    /** A run that waits belongs to nobody: whoever gets the answer goes on with it. */
    private int finish(String runId, Journal.Ending ending, String result, long now) {
        return db.update(
                """
                UPDATE wf_run SET status = ?, result = ?, code = ?, message = ?, tokens_in = ?, tokens_out = ?, micro_usd = ?,
                    node_id = NULL, updated_at = ? WHERE id = ? AND node_id = ?""",
                wire(ending.state()),
                result,
                ending.code(),
                ending.message(),
                ending.usage().prompt(),
                ending.usage().completion(),
                ending.usage().microUsd(),
                now,
                runId,
                nodeId);
    }

    private void ask(String runId, Journal.Pause pause, String value, long now) {
        db.update("DELETE FROM wf_wait WHERE run_id = ?", runId);
        db.update(
                """
                INSERT INTO wf_wait (run_id, event_id, path, kind, attempt, must_reply, value, state, deadline, asked_at)
                SELECT id, event_id, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS TEXT),
                    'open', CAST(? AS BIGINT), CAST(? AS BIGINT) FROM wf_run WHERE id = ?""",
                pause.path(),
                wire(pause.kind()),
                pause.attempt(),
                pause.mustReply(),
                value,
                now + (pause.seconds() == 0 ? USUAL_WAIT_MS : pause.seconds() * 1000),
                now,
                runId);
    }

    // ---- what a later part needs

    List<Step> steps(String runId) {
        return db.list("""
                SELECT path, flow_node, attempts, status, handle, inputs, outputs, errors, code, message, tokens_in, tokens_out,
                    micro_usd, raw, pieces, start_no, end_no, started_at, ended_at
                FROM wf_step WHERE run_id = ? ORDER BY started_at, end_no, path LIMIT 200000""", row -> step(runId, row), runId);
    }

    private Step step(String runId, ResultSet row) throws SQLException {
        var errors = row.getString("errors");
        return new Step(
                row.getString("path"),
                row.getString("flow_node"),
                row.getInt("attempts"),
                Step.State.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getString("handle"),
                object(values.whole(runId, row.getString("inputs"))),
                object(values.whole(runId, row.getString("outputs"))),
                errors == null ? null : object(errors),
                row.getInt("code"),
                row.getString("message"),
                new Usage(row.getLong("tokens_in"), row.getLong("tokens_out"), row.getLong("micro_usd")),
                values.whole(runId, row.getString("raw")),
                pieces(values.whole(runId, row.getString("pieces"))),
                row.getLong("start_no"),
                row.getLong("end_no"),
                row.getLong("started_at"),
                row.getLong("ended_at"));
    }

    private List<Step.Piece> pieces(String json) {
        var pieces = new ArrayList<Step.Piece>();
        if (!json.isEmpty()) {
            read(json)
                    .forEach(one -> pieces.add(new Step.Piece(
                            one.path(0).longValue(),
                            one.path(2).asText(),
                            one.path(1).booleanValue())));
        }
        return pieces;
    }

    /** Frames from number {@code after} on, counted from 0, at most some hundred. */
    List<Frame> frames(String runId, long after) {
        record Some(long seq, String json, String marks) {}
        var rows = db.list(
                "SELECT seq, json, marks FROM wf_frame WHERE run_id = ? AND seq + count > ? ORDER BY seq LIMIT 500",
                row -> new Some(row.getLong("seq"), row.getString("json"), row.getString("marks")),
                runId,
                after);
        var frames = new ArrayList<Frame>();
        for (var row : rows) {
            var json = row.json().split("\n", -1);
            var marks = row.marks().split("\n", -1);
            for (int i = (int) Math.max(0, after - row.seq()); i < json.length; i++) {
                frames.add(new Frame(json[i], marks[i]));
            }
        }
        return frames;
    }

    long countFrames(String runId) {
        return db.one(
                        "SELECT seq + count AS n FROM wf_frame WHERE run_id = ? ORDER BY seq DESC LIMIT 1",
                        row -> row.getLong("n"),
                        runId)
                .orElse(0L);
    }

    /** What a run waits for. */
    record Wait(
            String runId,
            String eventId,
            String path,
            String kind,
            int attempt,
            boolean mustReply,
            JsonNode value,
            String state,
            @Nullable String how,
            @Nullable String answer,
            long deadline,
            long askedAt) {}

    private static final String WAIT = """
            SELECT run_id, event_id, path, kind, attempt, must_reply, value, state, how, answer, deadline, asked_at
            FROM wf_wait\s""";

    Optional<Wait> wait(String runId) {
        return db.one(WAIT + "WHERE run_id = ?", this::wait, runId);
    }

    Optional<Wait> event(String eventId) {
        return db.one(WAIT + "WHERE event_id = ?", this::wait, eventId);
    }

    private Wait wait(ResultSet row) throws SQLException {
        return new Wait(
                row.getString("run_id"),
                row.getString("event_id"),
                row.getString("path"),
                row.getString("kind"),
                row.getInt("attempt"),
                row.getInt("must_reply") == 1,
                read(row.getString("value")),
                row.getString("state"),
                row.getString("how"),
                row.getString("answer"),
                row.getLong("deadline"),
                row.getLong("asked_at"));
    }

    /** Takes an answer and the run with it; only the first of several gets true. {@code sid} is that of the new part. */
    boolean answer(String eventId, String how, String text, @Nullable String sid) {
        return db.transaction(() -> {
            int taken = db.update("""
                    UPDATE wf_run SET status = 'running', node_id = ?, sid = COALESCE(CAST(? AS TEXT), sid), updated_at = ?
                    WHERE event_id = ? AND status = 'waiting'
                        AND EXISTS (SELECT 1 FROM wf_wait w WHERE w.run_id = wf_run.id AND w.state = 'open')""", nodeId, sid, clock.millis(), eventId);
            return taken > 0
                    && db.update(
                                    "UPDATE wf_wait SET state = 'answered', how = ?, answer = ? WHERE event_id = ?",
                                    how,
                                    text,
                                    eventId)
                            > 0;
        });
    }

    /** Open waits whose time is over. */
    List<Wait> due() {
        return db.list(
                WAIT + "WHERE state = 'open' AND deadline <= ? ORDER BY deadline LIMIT 500",
                this::wait,
                clock.millis());
    }

    /** Takes over a run that a dead process left, or that is waiting. {@code orphaned} is a condition on {@code node_id}. */
    List<String> orphans(String orphaned, Object aliveSince) {
        return db.list(
                "SELECT id FROM wf_run WHERE status = 'running' AND (node_id IS NULL OR " + orphaned
                        + ") ORDER BY created_at LIMIT 5000",
                row -> row.getString("id"),
                aliveSince);
    }

    /** Runs that this process owns by the table; one that it does not execute was stopped by a fault. */
    List<String> mine() {
        return db.list(
                "SELECT id FROM wf_run WHERE status = 'running' AND node_id = ? AND updated_at < ? LIMIT 5000",
                row -> row.getString("id"),
                nodeId,
                clock.millis() - 10_000);
    }

    boolean isMine(String runId) {
        return db.one(
                        "SELECT id FROM wf_run WHERE id = ? AND status = 'running' AND node_id = ?",
                        row -> row.getString("id"),
                        runId,
                        nodeId)
                .isPresent();
    }

    boolean adopt(String runId, String orphaned, Object aliveSince) {
        return db.update(
                        "UPDATE wf_run SET node_id = ? WHERE id = ? AND status = 'running' AND (node_id IS NULL OR "
                                + orphaned + ")",
                        nodeId,
                        runId,
                        aliveSince)
                > 0;
    }

    /** Ends a run that nobody executes. */
    boolean cancelWaiting(String runId, int code, String message) {
        return db.transaction(() -> {
            db.update("DELETE FROM wf_wait WHERE run_id = ?", runId);
            return db.update(
                            "UPDATE wf_run SET status = 'cancelled', code = ?, message = ?, updated_at = ? WHERE id = ? AND"
                                    + " status = 'waiting'",
                            code,
                            message,
                            clock.millis(),
                            runId)
                    > 0;
        });
    }
}
