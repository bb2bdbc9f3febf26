package carafe.platform.ops;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Durations by one label, such as {@code db_query_duration_seconds{operation}}. After 200 values all others are "other". */
public final class Histogram {
    static final int MOST_LABELS = 200;

    private final String name;
    private final String help;
    private final String label;
    private final double[] upper;
    private final long[] bounds;
    private final ConcurrentMap<String, Buckets> byLabel = new ConcurrentHashMap<>();

    /** @param bounds upper bounds in seconds, rising */
    Histogram(String name, String help, String label, double... bounds) {
        this.name = name;
        this.help = help;
        this.label = label;
        this.upper = withInfinity(bounds);
        this.bounds = Buckets.nanoseconds(bounds);
    }

    public void record(String value, long nanos) {
        var buckets = byLabel.get(value);
        if (buckets == null) {
            var bounded = byLabel.size() < MOST_LABELS ? value : "other";
            buckets = byLabel.computeIfAbsent(bounded, key -> new Buckets(bounds));
        }
        buckets.record(nanos);
    }

    /** Apart, so that recording before the first scrape loads none of the metrics library. */
    Collector collector() {
        return new Collector() {
            @Override
            public MetricSnapshot collect() {
                var points = new ArrayList<HistogramDataPointSnapshot>();
                byLabel.forEach((value, buckets) -> points.add(point(upper, buckets, Labels.of(label, value))));
                return new HistogramSnapshot(new MetricMetadata(name, help), points);
            }
        };
    }

    static double[] withInfinity(double... bounds) {
        var all = java.util.Arrays.copyOf(bounds, bounds.length + 1);
        all[bounds.length] = Double.POSITIVE_INFINITY;
        return all;
    }

    static HistogramDataPointSnapshot point(double[] upper, Buckets buckets, Labels labels) {
        return new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(upper, buckets.counts()), buckets.seconds(), labels, Exemplars.EMPTY, 0);
    }
}
