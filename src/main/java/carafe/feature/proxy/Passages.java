package carafe.feature.proxy;

import carafe.platform.http.Caller;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** Everybody who wants to know what passes: statistics, the running log, and the ledger for the use of models. */
final class Passages {
    private final Statistics statistics;
    private final RunningLog log;
    private final UsageBook book;
    private final Clock clock;
    private final AtomicLong count = new AtomicLong();

    Passages(Statistics statistics, RunningLog log, UsageBook book, Clock clock) {
        this.statistics = statistics;
        this.log = log;
        this.book = book;
        this.clock = clock;
    }

    /** @param path as it was sent, without the query */
    Passage begin(String method, String path, Caller caller, ProxySettings settings) {
        long at = clock.millis();
        var id = at + "-" + count.incrementAndGet();
        var call = new Call(id, path.startsWith("/") ? path.substring(1) : path, method, at, 0, 0, 0, 0, null, null);
        statistics.began(call);
        var tap = UsageTap.wants(method, path) ? new UsageTap() : null;
        var passage = new Passage(call, caller, settings, statistics, log, book, tap);
        passage.begin();
        return passage;
    }
}
