package carafe.engine.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for many connections. Whatever belongs to a loop is touched by its thread alone, so that
 * nothing in this package needs a lock; nothing that runs on it may block.
 */
final class Loop implements AutoCloseable {
    static final int READ = 64 << 10;
    private static final long TICK_MS = 500;
    private static final Logger log = LoggerFactory.getLogger(Loop.class);

    /** Somebody whose channel is registered here. */
    interface Registered {
        void ready(SelectionKey key);

        /** About twice a second. */
        void tick(long now);

        /** No new work; what is under way may end. */
        default void stop() {}

        /** The end, by a fault or because the loop ends. */
        void abort();
    }

    /** What was read last; only good until the event is over. */
    final ByteBuffer in = ByteBuffer.allocateDirect(READ);
    /** For bytes that nobody expects, while {@link #in} is in use. */
    final ByteBuffer aside = ByteBuffer.allocateDirect(READ);
    /** Room for a head that is being read. */
    final byte[] scratch = new byte[HeadReader.LONGEST];

    final HeadParser parser = new HeadParser();
    final Out out = new Out();
    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Set<Registered> all = new HashSet<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile int size;
    private long ticked = System.nanoTime();

    Loop(String name) throws IOException {
        selector = Selector.open();
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::work);
    }

    void start() {
        thread.start();
    }

    /** Runs {@code task} on this loop, at once when already there. Safe from any thread; never after {@link #close}. */
    void run(Runnable task) {
        if (thread.equals(Thread.currentThread())) {
            task.run();
        } else {
            tasks.add(task);
            selector.wakeup();
        }
    }

    /** Runs {@code task} on this loop after the event that is being handled. */
    void later(Runnable task) {
        tasks.add(task);
        if (!thread.equals(Thread.currentThread())) {
            selector.wakeup();
        }
    }

    SelectionKey register(SelectableChannel channel, int interest, Registered who) throws IOException {
        var key = channel.register(selector, interest, who);
        all.add(who);
        size = all.size();
        return key;
    }

    void forget(Registered who) {
        all.remove(who);
        size = all.size();
    }

    /** Channels registered; from any thread. */
    int size() {
        return size;
    }

    void stopAll() {
        new ArrayList<>(all).forEach(Registered::stop);
    }

    private void work() {
        while (!closed) {
            try {
                selector.select(this::event, tasks.isEmpty() ? TICK_MS : 1);
                runTasks();
                long now = System.nanoTime();
                if (now - ticked > TICK_MS * 1_000_000) {
                    ticked = now;
                    new ArrayList<>(all).forEach(who -> tick(who, now));
                }
            } catch (IOException | RuntimeException | Error e) {
                log.error("an event loop met a fault and goes on", e);
            }
        }
        runTasks();
        new ArrayList<>(all).forEach(Registered::abort);
        try {
            selector.close();
        } catch (IOException e) {
            log.debug("closing a selector", e);
        }
    }

    private void event(SelectionKey key) {
        var who = (Registered) key.attachment();
        try {
            who.ready(key);
            out.flush();
        } catch (RuntimeException | Error e) {
            failed(who, e);
        }
    }

    private void tick(Registered who, long now) {
        try {
            who.tick(now);
            out.flush();
        } catch (RuntimeException | Error e) {
            failed(who, e);
        }
    }

    /** One connection's fault, a lack of memory included, ends that connection and no other. */
    private void failed(Registered who, Throwable fault) {
        log.error("handling a connection failed", fault);
        out.forget();
        who.abort();
    }

    private void runTasks() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
                out.flush();
            } catch (RuntimeException | Error e) {
                log.error("a task of an event loop failed", e);
                out.forget();
            }
        }
    }

    /** Cuts every connection. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
