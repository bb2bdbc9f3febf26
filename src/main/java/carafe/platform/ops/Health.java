package carafe.platform.ops;

import carafe.platform.ops.HealthCheck.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All checks together. Asking costs nothing while the last answers are fresh, and two seconds at most. */
public final class Health {
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    /** The state of one component. */
    record Component(HealthCheck check, Probe.Measured measured) {
        Status status() {
            return measured.result().status();
        }
    }

    private final List<Probe> probes;

    public Health(List<HealthCheck> checks) {
        this(checks, DEADLINE);
    }

    Health(List<HealthCheck> checks, Duration deadline) {
        this.probes = checks.stream().map(check -> new Probe(check, deadline)).toList();
    }

    /** Adds {@code app_health_status{component}}: 1 healthy, 0.5 degraded, 0 unhealthy. */
    public void measureIn(Metrics metrics) {
        for (var probe : probes) {
            metrics.gauge(
                    "app_health_status",
                    "1 healthy, 0.5 degraded, 0 unhealthy.",
                    () -> switch (probe.latest().result().status()) {
                        case HEALTHY -> 1;
                        case DEGRADED -> 0.5;
                        case UNHEALTHY -> 0;
                    },
                    "component",
                    probe.check().name());
        }
    }

    /** Every component, in the order given. The checks run side by side: slow ones do not add up. */
    List<Component> components() {
        probes.forEach(Probe::begin);
        var all = new ArrayList<Component>();
        for (var probe : probes) {
            all.add(new Component(probe.check(), probe.latest()));
        }
        return all;
    }

    /** The components without which nothing works. */
    List<Component> essentials() {
        return probes.stream()
                .filter(probe -> probe.check().onFailure() == Status.UNHEALTHY)
                .map(probe -> new Component(probe.check(), probe.latest()))
                .toList();
    }

    static Status worst(List<Component> components) {
        return components.stream().map(Component::status).max(Enum::compareTo).orElse(Status.HEALTHY);
    }
}
