package carafe.platform.ops;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

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
        var bytesIn = new ArrayList<SummaryDataPointSnapshot>();
        var bytesOut = new ArrayList<SummaryDataPointSnapshot>();
        var api = new ApiSeries();
        meters.read((method, route, buckets, statuses, counts, in, out) -> {
            api.add(method, route, buckets, statuses, counts);
            var series = Labels.of("method", method, "endpoint", route);
            long count = LongStream.of(counts).sum();
            bytesIn.add(new SummaryDataPointSnapshot(count, in, Quantiles.EMPTY, series, Exemplars.EMPTY, 0));
            bytesOut.add(new SummaryDataPointSnapshot(count, out, Quantiles.EMPTY, series, Exemplars.EMPTY, 0));
            durations.add(Histogram.point(UPPER, buckets, series));
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
                new SummarySnapshot(new MetricMetadata("http_request_size_bytes", "Bodies of requests."), bytesIn),
                new SummarySnapshot(new MetricMetadata("http_response_size_bytes", "Bodies of answers."), bytesOut),
                api.answers(),
                api.latencies(),
                new GaugeSnapshot(
                        new MetricMetadata("http_requests_in_progress", "Requests being answered."),
                        List.of(new GaugeDataPointSnapshot(meters.inProgress(), Labels.EMPTY, null))));
    }
}
