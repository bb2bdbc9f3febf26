package carafe.feature.proxy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What happens, line by line: the last lines for whoever begins to look, and the next ones as they come. */
final class RunningLog {
    private static final int KEPT = 1000;
    private static final int MOST_READERS = 100;

    /** Stands for the end of the log: no line is of that time and says nothing. */
    static final LogLine END = new LogLine(0, LogLine.Level.INFO, "", "", "", null);

    /** Somebody who looks on. When it is too slow, it misses the oldest lines. */
    static final class Reader {
        private final BlockingQueue<LogLine> queue = new ArrayBlockingQueue<>(100);
        private final Predicate<LogLine> filter;

        private Reader(Predicate<LogLine> filter) {
            this.filter = filter;
        }

        /** The next line, or null when there was none for so long. After the end of the log comes {@link #END} alone. */
        @Nullable
        LogLine next(long millis) throws InterruptedException {
            return queue.poll(millis, TimeUnit.MILLISECONDS);
        }

        private void offer(LogLine line) {
            while ((END.equals(line) || filter.test(line)) && !queue.offer(line)) {
                queue.poll();
            }
        }
    }

    private final ArrayDeque<LogLine> last = new ArrayDeque<>();
    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
    private final LogKeeper keeper;

    RunningLog(LogKeeper keeper) {
        this.keeper = keeper;
    }

    /** Whether anybody would read or keep a line of this level: so that busy proxies make none for nobody. */
    boolean wants(LogLine.Level level) {
        return !readers.isEmpty() || keeper.takes(level);
    }

    void add(LogLine line) {
        synchronized (last) {
            last.addLast(line);
            if (last.size() > KEPT) {
                last.removeFirst();
            }
        }
        keeper.keep(line);
        for (var reader : readers) {
            reader.offer(line);
        }
    }

    /** Null when too many look on already. */
    @Nullable
    Reader open(Predicate<LogLine> filter) {
        if (readers.size() >= MOST_READERS) {
            return null;
        }
        var reader = new Reader(filter);
        readers.add(reader);
        return reader;
    }

    void close(Reader reader) {
        readers.remove(reader);
    }

    /** The last lines that pass, oldest first. */
    List<LogLine> last(int count, Predicate<LogLine> filter) {
        var found = new ArrayList<LogLine>();
        synchronized (last) {
            for (var lines = last.descendingIterator(); lines.hasNext() && found.size() < count; ) {
                var line = lines.next();
                if (filter.test(line)) {
                    found.add(line);
                }
            }
        }
        return found.reversed();
    }

    /** Puts lines of an earlier run before all others, oldest first. */
    void restore(List<LogLine> lines) {
        synchronized (last) {
            lines.reversed().forEach(last::addFirst);
            while (last.size() > KEPT) {
                last.removeFirst();
            }
        }
    }

    void clear() {
        synchronized (last) {
            last.clear();
        }
    }

    /** Lets everybody go who looks on. */
    void end() {
        readers.forEach(reader -> reader.offer(END));
    }
}
