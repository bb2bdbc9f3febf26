package carafe.feature.proxy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures in the shape that panels read. Times in lists are seconds, in sums milliseconds, as they always were. */
final class StatsJson {
    private static final int TOP = 10;

    private final Statistics statistics;
    private final long startedAt;

    /** @param startedAt of this process, in epoch milliseconds */
    StatsJson(Statistics statistics, long startedAt) {
        this.statistics = statistics;
        this.startedAt = startedAt;
    }

    /**
     * The dashboard's figures.
     *
     * @param from and {@code to}: epoch milliseconds
     * @param limit of the recent calls; none when not positive
     */
    ObjectNode stats(long from, long to, long now, long limit) {
        var window = statistics.window(from, to);
        var calls = within(statistics.calls(), from, to);
        var json = JsonNodeFactory.instance.objectNode();
        long pending = calls.stream().filter(Call::pending).count();
        summary(json.putObject("summary"), window.sum(), pending, Math.max(1, to - from) / 1000.0, now);
        json.putObject("performance")
                .putObject("response_time_ms")
                .put("p50", rounded(window.sum().spread.percentile(0.5)))
                .put("p95", rounded(window.sum().spread.percentile(0.95)))
                .put("p99", rounded(window.sum().spread.percentile(0.99)));
        series(json.putObject("time_series"), window.points());
        var paths = json.putObject("top_paths");
        statistics
                .topPaths(TOP)
                .forEach((path, figures) -> paths.putObject(path)
                        .put("count", figures.calls)
                        .put("bytes", figures.bytes)
                        .put("errors", figures.errors)
                        .put("avg_response_time", rounded(figures.averageMs()))
                        .put("success_rate", figures.successRate()));
        var recent = json.putArray("recent_requests");
        long skipped = limit > 0 ? Math.max(0, calls.size() - limit) : 0;
        calls.stream().skip(skipped).forEach(call -> recent.add(call(call)));
        return json;
    }

    private void summary(ObjectNode json, Figures sum, long pending, double seconds, long now) {
        json.put("total_requests", sum.calls + pending)
                .put("successful_requests", sum.calls - sum.errors)
                .put("failed_requests", sum.errors)
                .put("pending_requests", pending)
                .put("success_rate", sum.successRate())
                .put("avg_response_time", rounded(sum.averageMs()))
                .put("requests_per_second", (sum.calls + pending) / seconds)
                .put("total_bytes_sent", sum.bytes)
                .put("total_bytes_sent_formatted", bytes(sum.bytes))
                .put("uptime_seconds", (now - startedAt) / 1000.0);
    }

    private static void series(ObjectNode json, List<Statistics.Point> points) {
        var requests = json.putArray("requests_per_minute");
        var errors = json.putArray("errors_per_minute");
        var bytes = json.putArray("bytes_per_minute");
        for (var point : points) {
            requests.addObject().put("time", point.second()).put("count", point.calls());
            errors.addObject().put("time", point.second()).put("count", point.errors());
            bytes.addObject().put("time", point.second()).put("count", point.bytes());
        }
    }

    private static ObjectNode call(Call call) {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("request_id", call.id())
                .put("path", call.path())
                .put("method", call.method())
                .put("status", call.pending() ? "pending" : "completed");
        if (call.pending()) {
            json.putNull("status_code").putNull("status_code_raw");
        } else {
            json.put("status_code", call.status())
                    .put("status_code_raw", call.upstreamStatus() == 0 ? call.status() : call.upstreamStatus());
        }
        json.put("bytes", call.bytes()).put("response_time", call.nanos() / 1e9).put("timestamp", call.at() / 1000.0);
        if (call.error() != null) {
            json.put("error", call.error());
        }
        if (call.content() != null) {
            json.put("response_content", call.content());
        }
        return json;
    }

    /**
     * The failed calls, oldest first.
     *
     * @param limit none when not positive
     * @param path part of a path in any case, or empty
     */
    ObjectNode errors(long from, long to, long limit, long offset, String path) {
        var wanted = path.toLowerCase(Locale.ROOT);
        var found = within(statistics.errors(), from, to).stream()
                .filter(call -> call.path().toLowerCase(Locale.ROOT).contains(wanted))
                .toList();
        var json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("errors");
        found.stream()
                .skip(limit > 0 ? offset : 0)
                .limit(limit > 0 ? limit : Integer.MAX_VALUE)
                .forEach(call -> list.addObject()
                        .put("request_id", call.id())
                        .put("path", call.path())
                        .put("error", call.error())
                        .put("timestamp", call.at() / 1000.0)
                        .put("formatted_time", LogLine.shown(call.at()))
                        .put("response_time", rounded(call.nanos() / 1e6))
                        .put("response_content", call.content()));
        json.putObject("pagination")
                .put("total", found.size())
                .put("limit", limit)
                .put("offset", offset)
                .put("has_more", limit > 0 && offset + limit < found.size());
        var sum = statistics.window(from, to).sum();
        var figures = json.putObject("statistics")
                .put("total_errors", found.size())
                .put("total_requests", sum.calls)
                .put("error_rate", sum.calls == 0 ? 0 : (double) found.size() / Math.max(sum.calls, found.size()));
        var byPath = figures.putObject("errors_by_path");
        var counts = new HashMap<String, Integer>();
        found.forEach(call -> counts.merge(call.path(), 1, Integer::sum));
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .limit(TOP)
                .forEach(entry -> byPath.put(entry.getKey(), entry.getValue()));
        return json;
    }

    private static List<Call> within(List<Call> calls, long from, long to) {
        var found = new ArrayList<Call>();
        for (var call : calls) {
            if (call.at() >= from && call.at() <= to) {
                found.add(call);
            }
        }
        return found;
    }

    private static double rounded(double ms) {
        return Math.round(ms * 100) / 100.0;
    }

    static String bytes(long count) {
        double left = count;
        var units = List.of("B", "KB", "MB", "GB", "TB");
        int unit = 0;
        while (left >= 1024 && unit < units.size() - 1) {
            left /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", left, units.get(unit));
    }
}
