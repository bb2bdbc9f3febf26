package carafe.feature.models;

import carafe.engine.llm.LlmFailure;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * In which order the routes of a model are tried: by priority, by chance as the weights say within one, and those whose
 * circuit is open last. At least one is always tried, so that a model with a single server is never refused unseen.
 */
final class Router {
    private static final int MOST_CIRCUITS = 10_000;

    private record Key(String connectionId, String upstreamName) {}

    private record Placed(Route route, long pause, double place) {}

    private final Map<Key, Circuit> circuits = new ConcurrentHashMap<>();
    private final RandomGenerator random;
    private final LongSupplier nanoTime;
    private final InstantSource wall;

    Router(RandomGenerator random, LongSupplier nanoTime, InstantSource wall) {
        this.random = random;
        this.nanoTime = nanoTime;
        this.wall = wall;
    }

    List<Route> order(List<Route> routes) {
        if (routes.size() < 2) {
            return routes;
        }
        var placed = new ArrayList<Placed>(routes.size());
        for (var route : routes) {
            var circuit = circuits.get(key(route));
            long pause = circuit == null ? 0 : circuit.pause(nanoTime.getAsLong());
            // exponential places: the least of them falls to each route as often as its weight says
            double place = route.weight() == 0
                    ? Double.POSITIVE_INFINITY
                    : -Math.log(1 - random.nextDouble()) / route.weight();
            placed.add(new Placed(route, pause, place));
        }
        placed.sort(Comparator.comparingLong(Placed::pause)
                .thenComparingInt(p -> p.route().priority())
                .thenComparingDouble(Placed::place));
        return placed.stream().map(Placed::route).toList();
    }

    Circuit.View view(Route route) {
        var circuit = circuits.get(key(route));
        return circuit == null ? Circuit.View.WELL : circuit.view(nanoTime.getAsLong());
    }

    /** Whether {@code route} may be called now; then the outcome must be told. */
    boolean enter(Route route) {
        var circuit = circuits.get(key(route));
        return circuit == null || circuit.enter(nanoTime.getAsLong());
    }

    void succeeded(Route route) {
        var circuit = circuits.isEmpty() ? null : circuits.remove(key(route));
        if (circuit != null) {
            circuit.succeeded(); // for those who hold it already
        }
    }

    void failed(Route route, LlmFailure failure) {
        if (!failure.isRetryable() || failure.code().equals("not_offered")) { // no sign of ill health
            left(route);
            return;
        }
        if (circuits.size() > MOST_CIRCUITS) {
            circuits.clear(); // of connections that are long gone, mostly
        }
        circuits.computeIfAbsent(key(route), k -> new Circuit(wall)).failed(failure, nanoTime.getAsLong());
    }

    void left(Route route) {
        var circuit = circuits.get(key(route));
        if (circuit != null) {
            circuit.left();
        }
    }

    private static Key key(Route route) {
        return new Key(route.connection().id(), route.upstreamName());
    }
}
