package carafe.platform.realtime;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The in-process event hub: topics such as {@code account:<id>}, any number of listeners each. A publisher never
 * waits: a listener that falls {@value #QUEUE} events behind loses its place and must subscribe anew.
 */
public final class Events implements AutoCloseable {
    /** Something that happened. {@code data} is shared between listeners and must not be changed. */
    public record Event(String name, ObjectNode data) {}

    private static final int QUEUE = 256;

    private final Map<String, Set<Subscription>> topics = new ConcurrentHashMap<>();
    private final List<BiConsumer<String, Event>> taps = new CopyOnWriteArrayList<>();

    /** Tells {@code tap} of everything, on the thread that publishes it; it must not wait. */
    public void tap(BiConsumer<String, Event> tap) {
        taps.add(tap);
    }

    public void publish(String topic, Event event) {
        taps.forEach(tap -> tap.accept(topic, event));
        var listeners = topics.get(topic);
        if (listeners != null) {
            listeners.forEach(listener -> listener.offer(event));
        }
    }

    /** Starts to listen; close the subscription when done. */
    public Subscription subscribe(String topic) {
        var subscription = new Subscription(topic);
        topics.compute(topic, (name, listeners) -> {
            var set = listeners == null ? ConcurrentHashMap.<Subscription>newKeySet() : listeners;
            set.add(subscription);
            return set;
        });
        return subscription;
    }

    /** Ends all listening, so that no open stream holds up a stop. */
    @Override
    public void close() {
        var end = new Event("closing", JsonNodeFactory.instance.objectNode());
        topics.values().forEach(listeners -> listeners.forEach(listener -> listener.end(end)));
    }

    /** How many listen to {@code topic} now. */
    public int listeners(String topic) {
        var listeners = topics.get(topic);
        return listeners == null ? 0 : listeners.size();
    }

    /** One listener's place in the hub, used by one thread. */
    public final class Subscription implements AutoCloseable {
        private final String topic;
        private final BlockingQueue<Event> queue = new ArrayBlockingQueue<>(QUEUE);
        private volatile boolean lost;

        private Subscription(String topic) {
            this.topic = topic;
        }

        private void offer(Event event) {
            if (!queue.offer(event)) {
                lost = true;
            }
        }

        private void end(Event last) {
            lost = true;
            if (!queue.offer(last)) {
                queue.clear();
                offer(last);
            }
        }

        /** The next event, or null after {@code timeout} without one. */
        public @Nullable Event next(long timeout, TimeUnit unit) throws InterruptedException {
            return queue.poll(timeout, unit);
        }

        /** Whether events were dropped because this listener was too slow; it should fetch the state anew. */
        public boolean lost() {
            return lost;
        }

        @Override
        public void close() {
            topics.computeIfPresent(topic, (name, listeners) -> {
                listeners.remove(this);
                return listeners.isEmpty() ? null : listeners;
            });
        }
    }
}
