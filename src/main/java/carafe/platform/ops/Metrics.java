package carafe.platform.ops;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is measured. Counting begins at once in plain adders; the metrics library is loaded by the first
 * scrape, so that it costs a start nothing.
 */
public final class Metrics implements AutoCloseable {
    private final HttpMeters http = new HttpMeters();
    private final List<Consumer<PrometheusMeterRegistry>> waiting = new ArrayList<>();
    private @Nullable PrometheusMeterRegistry registry;
    private @Nullable JvmGcMetrics collections;

    HttpMeters http() {
        return http;
    }

    /** Durations by one label; {@code name} ends in {@code _seconds}, the bounds are seconds. */
    public Histogram histogram(String name, String help, String label, double... bounds) {
        var histogram = new Histogram(name, help, label, bounds);
        register(to -> to.getPrometheusRegistry().register(histogram.collector()));
        return histogram;
    }

    /** A counter by labels; {@code _total} is added to {@code name}. */
    public Tally counter(String name, String help, String... labels) {
        var tally = new Tally(name, help, labels);
        register(to -> to.getPrometheusRegistry().register(tally.collector()));
        return tally;
    }

    /** A value that is asked for at each scrape. {@code tags} are label names and values in turn. */
    public void gauge(String name, String help, DoubleSupplier value, String... tags) {
        register(to -> Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                .description(help)
                .tags(tags)
                .strongReference(true)
                .register(to));
    }

    /** A number that only grows, asked for at each scrape; {@code _total} is added to {@code name}. */
    public void counter(String name, String help, DoubleSupplier value) {
        register(to -> FunctionCounter.builder(name, this, all -> value.getAsDouble())
                .description(help)
                .register(to));
    }

    /** For meters of more labels; asking for it loads the library, so not at start. */
    public MeterRegistry registry() {
        return built();
    }

    /** All of it in Prometheus' text format 0.0.4. */
    public String scrape() {
        return built().scrape("text/plain; version=0.0.4; charset=utf-8");
    }

    private synchronized void register(Consumer<PrometheusMeterRegistry> meter) {
        if (registry == null) {
            waiting.add(meter);
        } else {
            meter.accept(registry);
        }
    }

    private synchronized PrometheusMeterRegistry built() {
        var ready = registry;
        if (ready == null) {
            ready = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            var all = ready;
            all.getPrometheusRegistry().register(new HttpCollector(http));
            new JvmMemoryMetrics().bindTo(all);
            new JvmThreadMetrics().bindTo(all);
            new ProcessorMetrics().bindTo(all);
            new FileDescriptorMetrics().bindTo(all);
            new UptimeMetrics().bindTo(all);
            var gc = new JvmGcMetrics();
            gc.bindTo(all);
            collections = gc;
            waiting.forEach(meter -> meter.accept(all));
            waiting.clear();
            registry = ready;
        }
        return ready;
    }

    @Override
    public synchronized void close() {
        if (collections != null) {
            collections.close();
        }
        if (registry != null) {
            registry.close();
        }
    }
}
