package carafe.platform.ops;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** A counter by one label, such as {@code ai_chat_tokens_total{model}}. After 200 values all others are "other". */
public final class Tally {
    private final String name;
    private final String help;
    private final String label;
    private final ConcurrentMap<String, LongAdder> byLabel = new ConcurrentHashMap<>();

    /** @param name without {@code _total} */
    Tally(String name, String help, String label) {
        this.name = name;
        this.help = help;
        this.label = label;
    }

    public void add(String value, long amount) {
        var adder = byLabel.get(value);
        if (adder == null) {
            var bounded = byLabel.size() < Histogram.MOST_LABELS ? value : "other";
            adder = byLabel.computeIfAbsent(bounded, key -> new LongAdder());
        }
        adder.add(amount);
    }

    Collector collector() {
        return new Collector() {
            @Override
            public MetricSnapshot collect() {
                var points = new ArrayList<CounterDataPointSnapshot>();
                byLabel.forEach((value, adder) ->
                        points.add(new CounterDataPointSnapshot(adder.sum(), Labels.of(label, value), null, 0)));
                return new CounterSnapshot(new MetricMetadata(name, help), points);
            }
        };
    }
}
