package carafe.platform.ops;

import carafe.platform.http.RequestEnd;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What is counted of each request. The number of series is bounded: eight methods, known routes, statuses of three
 * digits. Recording costs some additions and allocates nothing once a route was seen with a status.
 */
final class HttpMeters {
    static final double[] SECONDS = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
    static final int MOST_ROUTES = 2000;
    private static final String[] METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "OTHER"};
    private static final long[] BOUNDS = Buckets.nanoseconds(SECONDS);

    /** Receives every series at a scrape. */
    interface Reader {
        void series(String method, String route, Buckets durations, int[] statuses, long[] counts, long in, long out);
    }

    private record Answers(int status, LongAdder count) {}

    /** One method on one route; the statuses are few, so a list searched from the front is the fastest map. */
    private static final class Series {
        private final Buckets durations = new Buckets(BOUNDS);
        private final LongAdder bytesIn = new LongAdder();
        private final LongAdder bytesOut = new LongAdder();
        private volatile Answers[] answers = {};

        void record(RequestEnd end, int status) {
            durations.record(end.nanos());
            bytesIn.add(end.bytesIn());
            bytesOut.add(end.bytesOut());
            for (var each : answers) {
                if (each.status() == status) {
                    each.count().increment();
                    return;
                }
            }
            added(status).count().increment();
        }

        private synchronized Answers added(int status) {
            for (var each : answers) {
                if (each.status() == status) {
                    return each;
                }
            }
            var more = Arrays.copyOf(answers, answers.length + 1);
            more[answers.length] = new Answers(status, new LongAdder());
            answers = more;
            return more[more.length - 1];
        }
    }

    private final ConcurrentMap<String, java.util.concurrent.atomic.AtomicReferenceArray<Series>> routes =
            new ConcurrentHashMap<>();
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();

    void began() {
        begun.increment();
    }

    void ended(RequestEnd end) {
        ended.increment();
        var methods = routes.get(end.route());
        if (methods == null) {
            var bounded = routes.size() < MOST_ROUTES ? end.route() : "other";
            methods = routes.computeIfAbsent(
                    bounded, key -> new java.util.concurrent.atomic.AtomicReferenceArray<>(METHODS.length));
        }
        int index = index(end.method());
        var series = methods.get(index);
        if (series == null) {
            methods.compareAndSet(index, null, new Series());
            series = methods.get(index);
        }
        int status = end.status();
        series.record(end, status >= 100 && status <= 599 ? status : 0);
    }

    long inProgress() {
        return Math.max(0, begun.sum() - ended.sum());
    }

    void read(Reader reader) {
        routes.forEach((route, methods) -> {
            for (int i = 0; i < METHODS.length; i++) {
                var series = methods.get(i);
                if (series != null) {
                    var answers = series.answers;
                    reader.series(
                            METHODS[i],
                            route,
                            series.durations,
                            Arrays.stream(answers).mapToInt(Answers::status).toArray(),
                            Arrays.stream(answers)
                                    .mapToLong(each -> each.count().sum())
                                    .toArray(),
                            series.bytesIn.sum(),
                            series.bytesOut.sum());
                }
            }
        });
    }

    private static int index(String method) {
        for (int i = 0; i < METHODS.length - 1; i++) {
            if (METHODS[i].equals(method)) {
                return i;
            }
        }
        return METHODS.length - 1;
    }
}
