package carafe.platform.ops;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** A counter by labels, such as {@code ai_chat_tokens_total{model}}. After 200 values all others are "other". */
public final class Tally {
    private final String name;
    private final String help;
    private final String[] labels;
    private final ConcurrentMap<List<String>, LongAdder> byLabels = new ConcurrentHashMap<>();

    /** @param name without {@code _total} */
    Tally(String name, String help, String... labels) {
        this.name = name;
        this.help = help;
        this.labels = labels.clone();
    }

    public void add(String value, long amount) {
        add(amount, value);
    }

    /** {@code values} in the order of the labels. */
    public void add(long amount, String... values) {
        var key = List.of(values);
        var adder = byLabels.get(key);
        if (adder == null) {
            var bounded = byLabels.size() < Histogram.MOST_LABELS ? key : Collections.nCopies(labels.length, "other");
            adder = byLabels.computeIfAbsent(bounded, each -> new LongAdder());
        }
        adder.add(amount);
    }

    Collector collector() {
        return new Collector() {
            @Override
            public MetricSnapshot collect() {
                var points = new ArrayList<CounterDataPointSnapshot>();
                byLabels.forEach((values, adder) -> points.add(new CounterDataPointSnapshot(
                        adder.sum(), Labels.of(labels, values.toArray(String[]::new)), null, 0)));
                return new CounterSnapshot(new MetricMetadata(name, help), points);
            }
        };
    }
}
