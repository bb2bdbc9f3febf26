package carafe.feature.code;

import carafe.engine.sandbox.RunControl;
import carafe.platform.http.ClientGone;
import carafe.platform.http.CourseErrors;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Problem;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A run as server-sent events: {@code run} with its id at once, {@code stdout} and {@code stderr} as they come, then one
 * {@code result} (the same object as without a stream) or one {@code error} ({@code status} and the error body).
 */
final class RunStream implements RunControl.Listener, AutoCloseable {
    private static final int KEPT = 1_000;

    private final Context ctx;
    private final Heartbeats heartbeats;
    private final StringBuilder beginning = new StringBuilder();
    private @Nullable ResponseStream stream;
    private Runs.@Nullable Run run;
    private volatile @Nullable ClientGone gone;

    RunStream(Context ctx, Heartbeats heartbeats) {
        this.ctx = ctx;
        this.heartbeats = heartbeats;
    }

    /** Opens the stream, and from here on cancels {@code begun} when the client leaves. */
    void open(Runs.Run begun, String language) throws IOException {
        run = begun;
        stream = ResponseStream.events(ctx);
        heartbeats.watch(stream, begun::cancel);
        send(
                "run",
                JsonNodeFactory.instance.objectNode().put("run_id", begun.id()).put("language", language));
        checkClient();
    }

    @Override
    public void stdout(int caseIndex, String text) {
        piece("stdout", caseIndex, text);
    }

    @Override
    public void stderr(int caseIndex, String text) {
        piece("stderr", caseIndex, text);
    }

    private void piece(String name, int caseIndex, String text) {
        if (beginning.length() < KEPT) {
            beginning.append(text, 0, Math.min(text.length(), KEPT - beginning.length()));
        }
        send(name, JsonNodeFactory.instance.objectNode().put("case", caseIndex).put("text", text));
    }

    private void send(String name, ObjectNode data) {
        var out = stream;
        if (out == null || gone != null) {
            return;
        }
        try {
            out.event(name, data.toString());
        } catch (ClientGone e) {
            gone = e;
            if (run != null) {
                run.cancel();
            }
        }
    }

    void result(ObjectNode answer) throws ClientGone {
        send("result", answer);
        checkClient();
    }

    void error(Problem problem) throws ClientGone {
        var data = CourseErrors.body(problem, ctx);
        data.put("status", problem.status());
        send("error", data);
        checkClient();
    }

    /** What the program said at first, for the report of a fault. */
    String beginning() {
        return beginning.toString();
    }

    private void checkClient() throws ClientGone {
        var left = gone;
        if (left != null) {
            throw left;
        }
    }

    @Override
    public void close() {
        if (stream != null) {
            heartbeats.forget(stream);
        }
    }
}
