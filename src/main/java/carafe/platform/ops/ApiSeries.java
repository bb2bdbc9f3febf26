package carafe.platform.ops;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests under the names of the local-chat contract, {@code api_requests_total} and
 * {@code api_request_latency_seconds}: those of the addresses under {@code /api} that have no version, where it lives.
 */
final class ApiSeries {
    /** One address, all methods together. */
    private static final class Sums {
        private final long[] counts = new long[HttpMeters.SECONDS.length + 1];
        private double seconds;
    }

    private final List<CounterDataPointSnapshot> answers = new ArrayList<>();
    private final Map<String, Sums> byRoute = new HashMap<>();

    void add(String method, String route, Buckets durations, int[] statuses, long[] counts) {
        if (!route.startsWith("/api/") || route.startsWith("/api/v1/")) {
            return;
        }
        for (int i = 0; i < statuses.length; i++) {
            var labels = Labels.of("method", method, "endpoint", route, "status", Integer.toString(statuses[i]));
            answers.add(new CounterDataPointSnapshot(counts[i], labels, null, 0));
        }
        var sums = byRoute.computeIfAbsent(route, key -> new Sums());
        var more = durations.counts();
        for (int i = 0; i < sums.counts.length; i++) {
            sums.counts[i] += more[i];
        }
        sums.seconds += durations.seconds();
    }

    CounterSnapshot answers() {
        return new CounterSnapshot(new MetricMetadata("api_requests", "Requests to /api answered."), answers);
    }

    HistogramSnapshot latencies() {
        var points = new ArrayList<HistogramDataPointSnapshot>();
        var upper = Histogram.withInfinity(HttpMeters.SECONDS);
        byRoute.forEach((route, sums) -> points.add(new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(upper, sums.counts),
                sums.seconds,
                Labels.of("endpoint", route),
                Exemplars.EMPTY,
                0)));
        return new HistogramSnapshot(
                new MetricMetadata("api_request_latency_seconds", "Time to answer a request to /api."), points);
    }
}
