package carafe.feature.proxy;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What passed through: figures for each minute of the last day, for each path, the last calls and the last errors. All of
 * it is bounded, whatever comes. Recording takes less than a microsecond.
 */
final class Statistics {
    static final int MINUTES = 1440;
    static final int MOST_CALLS = 1000;
    static final int MOST_ERRORS = 500;
    private static final int MOST_PATHS = 500;
    private static final int LONGEST_PATH = 200;
    private static final long MOST_CONTENT = 8 << 20;
    private static final String OTHERS = "*";

    /** Figures of one path within one minute (since the epoch), not yet stored. */
    record Cell(long minute, String path) {}

    private static final class Minute {
        long minute = -1;
        Figures figures = new Figures();
    }

    private final Clock clock;
    private final Minute[] minutes = new Minute[MINUTES];
    private final Map<String, Figures> paths = new HashMap<>();
    /** By id, in the order of their beginning. */
    private final LinkedHashMap<String, Call> calls = new LinkedHashMap<>();

    private final ArrayDeque<Call> errors = new ArrayDeque<>();
    private Map<Cell, Figures> unsaved = new HashMap<>();
    private ArrayDeque<Call> unsavedCalls = new ArrayDeque<>();
    private ArrayDeque<Call> unsavedErrors = new ArrayDeque<>();
    private long contentHeld;

    Statistics(Clock clock) {
        this.clock = clock;
    }

    synchronized void began(Call call) {
        calls.put(call.id(), call);
        trim();
    }

    /** {@code call} as it ended; its duration counts whether it is still remembered or not. */
    synchronized void ended(Call call) {
        var path = known(call.path());
        long minute = call.at() / 60_000;
        minute(minute).add(call.failed(), call.bytes(), call.nanos());
        paths.computeIfAbsent(path, key -> new Figures()).add(call.failed(), call.bytes(), call.nanos());
        if (unsaved.size() < MOST_PATHS * 10) {
            unsaved.computeIfAbsent(new Cell(minute, path), key -> new Figures())
                    .add(call.failed(), call.bytes(), call.nanos());
        }
        calls.replace(call.id(), call);
        if (call.failed()) {
            addError(call);
            keepLast(unsavedErrors, call, MOST_ERRORS);
        } else {
            keepLast(unsavedCalls, call, MOST_CALLS);
        }
    }

    private static void keepLast(ArrayDeque<Call> calls, Call call, int most) {
        calls.addLast(call);
        if (calls.size() > most) {
            calls.removeFirst();
        }
    }

    private void addError(Call call) {
        errors.addLast(call);
        contentHeld += size(call);
        while (errors.size() > MOST_ERRORS || contentHeld > MOST_CONTENT) {
            contentHeld -= size(errors.removeFirst());
        }
    }

    private static long size(Call call) {
        return call.content() == null ? 0 : 2L * call.content().length();
    }

    private void trim() {
        var oldest = calls.entrySet().iterator();
        while (calls.size() > MOST_CALLS) {
            oldest.next();
            oldest.remove();
        }
    }

    private Figures minute(long number) {
        int place = (int) Math.floorMod(number, (long) MINUTES);
        var minute = minutes[place];
        if (minute == null) {
            minute = new Minute();
            minutes[place] = minute;
        }
        if (minute.minute < number) {
            minute.minute = number;
            minute.figures = new Figures();
        }
        return minute.minute == number ? minute.figures : new Figures(); // a day late: it is too old to show
    }

    private String known(String path) {
        var shortened = path.length() > LONGEST_PATH ? path.substring(0, LONGEST_PATH) : path;
        return paths.containsKey(shortened) || paths.size() < MOST_PATHS ? shortened : OTHERS;
    }

    // ---- for the panel ------------------------------------------------------------------------

    /** A minute's figures, its start in epoch seconds. */
    record Point(long second, long calls, long errors, long bytes) {}

    /** Everything within a window. */
    record Window(Figures sum, List<Point> points) {}

    /** The figures from {@code from} to {@code to}, in epoch milliseconds. */
    synchronized Window window(long from, long to) {
        var sum = new Figures();
        var points = new ArrayList<Point>();
        long last = Math.min(to, clock.millis()) / 60_000;
        for (long minute = Math.max(from / 60_000, last - MINUTES + 1); minute <= last; minute++) {
            var found = minutes[(int) Math.floorMod(minute, (long) MINUTES)];
            if (found != null && found.minute == minute) {
                sum.add(found.figures);
                points.add(new Point(minute * 60, found.figures.calls, found.figures.errors, found.figures.bytes));
            }
        }
        return new Window(sum, points);
    }

    /** The busiest paths, busiest first. */
    synchronized Map<String, Figures> topPaths(int most) {
        var top = new LinkedHashMap<String, Figures>();
        paths.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue().calls, a.getValue().calls))
                .limit(most)
                .forEach(entry -> {
                    var copy = new Figures();
                    copy.add(entry.getValue());
                    top.put(entry.getKey(), copy);
                });
        return top;
    }

    /** The last calls, oldest first. */
    synchronized List<Call> calls() {
        return List.copyOf(calls.values());
    }

    /** The last failed calls, oldest first. */
    synchronized List<Call> errors() {
        return List.copyOf(errors);
    }

    // ---- over restarts ------------------------------------------------------------------------

    /** What is not stored yet; it counts as stored from here on. */
    record Unsaved(Map<Cell, Figures> figures, List<Call> calls) {}

    synchronized Unsaved takeUnsaved() {
        var ended = new ArrayList<>(unsavedCalls);
        ended.addAll(unsavedErrors);
        ended.sort(Comparator.comparingLong(Call::at));
        var taken = new Unsaved(unsaved, ended);
        unsaved = new HashMap<>();
        unsavedCalls = new ArrayDeque<>();
        unsavedErrors = new ArrayDeque<>();
        return taken;
    }

    /** Takes figures back that could not be stored. */
    synchronized void giveBack(Unsaved failed) {
        failed.figures()
                .forEach((cell, figures) ->
                        unsaved.computeIfAbsent(cell, key -> new Figures()).add(figures));
    }

    /** Figures of an earlier run. */
    synchronized void restore(Cell cell, Figures figures) {
        minute(cell.minute()).add(figures);
        paths.computeIfAbsent(known(cell.path()), key -> new Figures()).add(figures);
    }

    /** A call of an earlier run; oldest first. */
    synchronized void restore(Call call) {
        calls.put(call.id(), call);
        trim();
        if (call.failed()) {
            addError(call);
        }
    }
}
