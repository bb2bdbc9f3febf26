package carafe.platform.ops;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;

/** The request meters as Prometheus reads them, under the names of the contract. */
final class HttpCollector implements MultiCollector {
    private static final double[] UPPER = Histogram.withInfinity(HttpMeters.SECONDS);

    private final HttpMeters meters;

    HttpCollector(HttpMeters meters) {
        this.meters = meters;
    }

    @Override
    public MetricSnapshots collect() {
        var answers = new ArrayList<CounterDataPointSnapshot>();
        var durations = new ArrayList<HistogramDataPointSnapshot>();
        var api = new ApiSeries();
        meters.read((method, route, buckets, statuses, counts) -> {
            api.add(method, route, buckets, statuses, counts);
            durations.add(Histogram.point(UPPER, buckets, Labels.of("method", method, "endpoint", route)));
            for (int i = 0; i < statuses.length; i++) {
                var labels =
                        Labels.of("method", method, "endpoint", route, "status_code", Integer.toString(statuses[i]));
                answers.add(new CounterDataPointSnapshot(counts[i], labels, null, 0));
            }
        });
        return new MetricSnapshots(
                new CounterSnapshot(new MetricMetadata("http_requests", "Requests answered."), answers),
                new HistogramSnapshot(
                        new MetricMetadata("http_request_duration_seconds", "Time to answer a request."), durations),
                api.answers(),
                api.latencies(),
                new GaugeSnapshot(
                        new MetricMetadata("http_requests_in_progress", "Requests being answered."),
                        List.of(new GaugeDataPointSnapshot(meters.inProgress(), Labels.EMPTY, null))));
    }
}
