package carafe.platform.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Between those who log and the disk: lines are made in the caller's thread and written by one thread. It never waits:
 * a queue three quarters full takes WARN and ERROR only, a full one nothing, and what is dropped is counted.
 */
final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private record Line(byte[] file, byte[] console) {}

    private static final int MOST_LINES = 8192;
    private static final long MOST_BYTES = 8 << 20;
    private static final int BATCH = 256;

    private final ArrayBlockingQueue<Line> lines = new ArrayBlockingQueue<>(MOST_LINES);
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong unwritten = new AtomicLong();
    private final LogFormat format;
    private final boolean jsonConsole;
    private final OutputStream console;
    private final RotatedFile file;
    private final Thread writer = Thread.ofPlatform().name("logs").daemon().unstarted(this::work);
    private volatile boolean closing;

    LogQueue(LogFormat format, boolean jsonConsole, OutputStream console, RotatedFile file) {
        this.format = format;
        this.jsonConsole = jsonConsole;
        this.console = console;
        this.file = file;
    }

    /** Lines that found the queue full, since the start. */
    long dropped() {
        return dropped.get();
    }

    /** Lines that the file did not take, since the start. */
    long unwritten() {
        return unwritten.get();
    }

    @Override
    public void start() {
        super.start();
        writer.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        boolean important = event.getLevel().isGreaterOrEqual(Level.WARN);
        long room = important ? MOST_BYTES : MOST_BYTES / 4 * 3;
        int places = important ? 0 : MOST_LINES / 4;
        if (waitingBytes.get() > room || lines.remainingCapacity() <= places) {
            dropped.incrementAndGet();
            return;
        }
        var entry = LogEntry.of(event);
        var json = format.json(entry);
        var line = new Line(json, jsonConsole ? json : format.text(entry));
        long bytes = json.length + (long) line.console().length;
        waitingBytes.addAndGet(bytes);
        if (!lines.offer(line)) {
            waitingBytes.addAndGet(-bytes);
            dropped.incrementAndGet();
        }
    }

    private void work() {
        var batch = new ArrayList<Line>(BATCH);
        try {
            while (!closing || !lines.isEmpty()) {
                var first = lines.poll(200, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    lines.drainTo(batch, BATCH - 1);
                    write(batch);
                    batch.clear();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stop() gave up waiting
        }
    }

    private void write(List<Line> batch) {
        for (var line : batch) {
            waitingBytes.addAndGet(-(line.file().length + (long) line.console().length));
            try {
                console.write(line.console());
            } catch (IOException e) {
                addError("the console is gone", e); // the file is still there
            }
            try {
                file.write(line.file());
            } catch (IOException e) {
                unwritten.incrementAndGet(); // told as a metric: a full disk must not stop anybody
            }
        }
        try {
            console.flush();
        } catch (IOException e) {
            addError("the console is gone", e);
        }
    }

    /** Writes what is waiting, for at most two seconds. */
    @Override
    public void stop() {
        super.stop();
        closing = true;
        try {
            if (!writer.join(java.time.Duration.ofSeconds(2))) {
                writer.interrupt();
            }
            file.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            addError("cannot close the log file", e);
        }
    }
}
