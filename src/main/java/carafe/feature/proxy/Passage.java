package carafe.feature.proxy;

import carafe.engine.relay.Ending;
import carafe.engine.relay.Failure;
import carafe.engine.relay.Head;
import carafe.engine.relay.Plan;
import carafe.engine.relay.Watcher;
import carafe.feature.proxy.LogLine.Level;
import carafe.platform.http.Caller;
import carafe.platform.ops.Redaction;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Looks on while one request passes, and tells at its end what there is to tell. */
final class Passage implements Watcher {
    private final Call call;
    private final Caller caller;
    private final ProxySettings settings;
    private final Statistics statistics;
    private final RunningLog log;
    private final UsageBook book;
    private @Nullable UsageTap tap;
    private @Nullable KeptBody body;
    private int status;
    private String reason = "";

    Passage(
            Call call,
            Caller caller,
            ProxySettings settings,
            Statistics statistics,
            RunningLog log,
            UsageBook book,
            @Nullable UsageTap tap) {
        this.call = call;
        this.caller = caller;
        this.settings = settings;
        this.statistics = statistics;
        this.log = log;
        this.book = book;
        this.tap = tap;
    }

    void begin() {
        tell(Level.INFO, call.at(), "started", null);
    }

    private void tell(Level level, long at, String message, @Nullable String content) {
        if (log.wants(level)) {
            var text = call.method() + " " + call.path() + " " + message;
            log.add(new LogLine(at, level, text, call.path(), call.id(), content));
        }
    }

    @Override
    public void heard(Head response) {
        status = response.status();
        reason = response.reason();
        if (status >= 400 || settings.debug()) {
            body = new KeptBody(response);
        }
        if (tap != null && (status / 100 != 2 || !tap.heard(response))) {
            tap = null;
        }
    }

    @Override
    public void passed(ByteBuffer piece) {
        if (tap != null) {
            tap.passed(piece);
        }
        if (body != null) {
            body.add(piece);
        }
    }

    @Override
    public void ended(Ending ending) {
        if (tap != null) {
            book.add(caller, tap.usage(), call.at(), ending);
        }
        if (body == null) {
            finish(ending, null);
        } else {
            var kept = body;
            Thread.startVirtualThread(
                    () -> finish(ending, kept.text())); // masking takes longer than others should wait
        }
    }

    private void finish(Ending ending, @Nullable String content) {
        int shown = ending.clientLeft() && status == 0
                ? 499
                : ending.failure() != null && status > 0 ? 502 : ending.status();
        var done = new Call(
                call.id(),
                call.path(),
                call.method(),
                call.at(),
                shown,
                status,
                ending.received(),
                ending.headNanos(),
                error(ending),
                shown >= 400 ? content : null);
        statistics.ended(done);
        tell(ending, done, content);
    }

    private @Nullable String error(Ending ending) {
        if (ending.failure() != null) {
            return Redaction.text(ending.failure().reason());
        }
        if (ending.clientLeft()) {
            return status == 0 ? "the client left before the answer" : null;
        }
        return status >= 400 ? "HTTP " + status + ": " + reason : null;
    }

    private void tell(Ending ending, Call done, @Nullable String content) {
        long ms = ending.totalNanos() / 1_000_000;
        long at = call.at() + ms;
        if (ending.failure() != null) {
            tell(Level.ERROR, at, "failed after " + ms + " ms: " + done.error(), null);
        } else if (ending.clientLeft()) {
            tell(Level.WARNING, at, "the client left after " + ms + " ms, " + ending.received() + " bytes", null);
        } else if (status >= 400) {
            var what = "HTTP " + status + " " + reason + ", " + ending.received() + " bytes, " + ms + " ms";
            tell(Level.ERROR, at, what, content);
        } else if (log.wants(Level.INFO)) {
            tell(Level.INFO, at, status + ", " + ending.received() + " bytes, " + ms + " ms", content);
        }
    }

    @Override
    public Plan.Answer refusal(Failure failure) {
        int code = switch (failure.kind()) {
            case UNREACHABLE, TIMEOUT, BROKEN, GONE -> 502;
            case TOO_LARGE -> 413;
            case OVERLOADED -> 503;
        };
        return Forwarder.text(code, "Upstream request failed: " + failure.reason());
    }
}
