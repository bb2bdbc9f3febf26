package carafe.platform.ops;

import carafe.platform.http.RequestEnd;
import carafe.platform.http.RequestObserver;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts every request and tells of them in the log: all that failed (500 and above) or took longer than a second, of
 * the others a sample, refused ones (400 to 499) by themselves, so that neither hides the other.
 */
public final class RequestLog implements RequestObserver {
    private static final Logger log = LoggerFactory.getLogger(RequestLog.class);
    private static final long SLOW_NANOS = 1_000_000_000;
    private static final int LONGEST_PATH = 300;

    private final HttpMeters meters;
    private final Sampler answered;
    private final Sampler refused;

    /** @param perSecond how many successful requests are logged in each second, and how many refused ones */
    public RequestLog(Metrics metrics, int perSecond) {
        this(metrics, perSecond, System::nanoTime);
    }

    RequestLog(Metrics metrics, int perSecond, LongSupplier nanoTime) {
        this.meters = metrics.http();
        this.answered = new Sampler(perSecond, nanoTime);
        this.refused = new Sampler(perSecond, nanoTime);
    }

    @Override
    public void began() {
        meters.began();
    }

    @Override
    public void ended(RequestEnd end) {
        meters.ended(end);
        if (end.status() >= 500) {
            tell(end, "http_request_failed", 0);
        } else if (end.nanos() > SLOW_NANOS && !end.streamed()) {
            tell(end, "slow_request", 0);
        } else {
            var sampler = end.status() >= 400 ? refused : answered;
            if (log.isInfoEnabled() && sampler.take()) {
                tell(end, "http_request_completed", sampler.skipped());
            }
        }
    }

    private static void tell(RequestEnd end, String event, long skipped) {
        var line = log.atInfo()
                .setMessage(event)
                .addKeyValue("method", LogValue.shortened(end.method(), 20))
                .addKeyValue("path", LogValue.shortened(end.path(), LONGEST_PATH))
                .addKeyValue("endpoint", end.route())
                .addKeyValue("status_code", end.status())
                .addKeyValue("duration_ms", Math.round(end.nanos() / 1e4) / 1e2)
                .addKeyValue("success", end.status() < 400)
                .addKeyValue("request_id", end.requestId());
        (skipped > 0 ? line.addKeyValue("not_logged", skipped) : line).log();
    }
}
