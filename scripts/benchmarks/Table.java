import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The printed table of a benchmark, and what its cells look like. */
final class Table {
    private boolean allMet = true;

    static void describeMachine(Path jar, List<String> flags, String sharers) throws IOException {
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(l -> l.startsWith("model name")).findFirst()
                .map(l -> l.substring(l.indexOf(':') + 2)).orElse(System.getProperty("os.arch"));
        String memory = Files.readAllLines(Path.of("/proc/meminfo")).getFirst().replaceAll("\\D", "");
        System.out.printf("%d cores of %s, %d GB, %s %s, Java %s%n", Runtime.getRuntime().availableProcessors(), cpu,
                Long.parseLong(memory) / 1_000_000, System.getProperty("os.name"), System.getProperty("os.version"), Runtime.version());
        System.out.printf("Carafe: %.1f MB jar, flags %s%n", Files.size(jar) / 1e6,
                String.join(" ", flags.stream().map(f -> f.replaceAll("=.*/", "=")).toList()));
        System.out.printf("%s share the cores; CPU is Carafe's own, from /proc. Load average before: %s%n%n", sharers,
                Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    }

    void row(String... cells) {
        System.out.println("| " + String.join(" | ", cells) + " |");
    }

    String met(boolean reached) {
        allMet &= reached;
        return reached ? "yes" : "**NO**";
    }

    /** The last line; true when every target was met. */
    boolean end() {
        System.out.println();
        System.out.println(allMet ? "All targets met." : "Not all targets are met.");
        return allMet;
    }

    static double median(double[] values) {
        return percentile(values, 0.5);
    }

    static double percentile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }

    static String ms(double value) {
        return String.format("%,.0f ms", value);
    }

    static String ms2(double value) {
        return String.format("%.2f ms", value);
    }

    /** p50 / p95. */
    static String both(double[] values) {
        return ms2(median(values)) + " / " + ms2(percentile(values, 0.95));
    }

    static String mb(double value) {
        return String.format("%.0f MB", value);
    }
}
