package carafe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Which addresses a test class called with success, written to {@code target/route-calls/<class>.txt} for the table of
 * endpoints. A line is a method and a path.
 */
public final class RouteCalls {
    public static final Path FOLDER = Path.of("target", "route-calls");

    private final String test;
    private final Set<String> seen = new ConcurrentSkipListSet<>();

    private RouteCalls(String test) {
        this.test = test;
    }

    /** Of the test class that is on the stack now. */
    public static RouteCalls ofCallingTest() {
        return new RouteCalls(StackWalker.getInstance()
                .walk(frames -> frames.map(StackWalker.StackFrame::getClassName)
                        .map(name -> name.replaceAll("[$].*", ""))
                        .filter(name -> name.startsWith("carafe.") && name.endsWith("Test"))
                        .findFirst()
                        .orElse("")));
    }

    public void add(String method, String path, int status) {
        if (status < 400) {
            seen.add(method + " " + path.replaceAll("[?].*", ""));
        }
    }

    /** Adds what was called to what other instances of the class have written. */
    public void write() {
        if (test.isEmpty() || seen.isEmpty()) {
            return;
        }
        var file = FOLDER.resolve(test + ".txt");
        try {
            Files.createDirectories(FOLDER);
            var all = new TreeSet<>(seen);
            if (Files.exists(file)) {
                all.addAll(Files.readAllLines(file));
            }
            Files.write(file, all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
