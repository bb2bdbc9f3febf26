package carafe.engine.llm.local;

import carafe.engine.llm.local.host.HostArguments;
import carafe.engine.llm.local.host.ModelHost;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One running child with its model. The child lives as long as the pipe to its stdin, so it cannot outlive this process
 * even when that is killed.
 */
final class ModelProcess {
    private static final Set<String> KEPT_ENVIRONMENT =
            Set.of("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH");

    private static final String CRASH_LOG = "crash.log";
    private static final long POLL_MS = 5;
    private static final long GRACE_MS = 1000;

    private final Process process;
    private final Path folder;
    private final String secret;
    private final LastLines errors;
    private volatile boolean stopping;
    private volatile String ended = "";
    private volatile @Nullable URI baseUrl;

    private ModelProcess(Process process, Path folder, String secret, LastLines errors) {
        this.process = process;
        this.folder = folder;
        this.secret = secret;
        this.errors = errors;
    }

    /** Starts the child; it is not ready before {@link #awaitReady}. */
    static ModelProcess start(Path folder, HostArguments arguments, LastLines errors) throws IOException {
        String secret = newSecret();
        ProcessBuilder builder = new ProcessBuilder(command(folder, arguments));
        builder.environment().keySet().retainAll(KEPT_ENVIRONMENT);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        Thread.ofVirtual().name("model-errors").start(() -> errors.drain(process.getErrorStream()));
        ModelProcess started = new ModelProcess(process, folder, secret, errors);
        try {
            OutputStream stdin = process.getOutputStream();
            stdin.write((secret + "\n").getBytes(StandardCharsets.UTF_8));
            stdin.flush();
            return started;
        } catch (IOException e) {
            started.stop();
            throw e;
        }
    }

    /** Waits for the port; throws IOException with the reason when the child ends or stays silent. */
    void awaitReady(Path portFile, Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!Files.exists(portFile)) {
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                throw new IOException(ending());
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("it was not ready within " + limit.toSeconds() + " seconds");
            }
        }
        baseUrl = URI.create("http://127.0.0.1:" + Files.readString(portFile).strip() + "/v1");
    }

    URI baseUrl() {
        URI url = baseUrl;
        if (url == null) {
            throw new IllegalStateException("the child is not ready");
        }
        return url;
    }

    String secret() {
        return secret;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean isStopping() {
        return stopping;
    }

    /** Runs the action once the child has ended, for whatever reason. */
    void whenGone(Runnable action) {
        Thread.ofVirtual().name("model-watch").start(() -> {
            try {
                process.waitFor();
                action.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** True when the child ended without being asked, noticed within the wait. */
    boolean crashed(long waitMs) throws InterruptedException {
        return process.waitFor(waitMs, TimeUnit.MILLISECONDS) && !stopping;
    }

    /** Ends the child at once as if it had crashed, for a reason that people will be told. */
    void end(String why) {
        ended = why;
        process.destroyForcibly();
    }

    /** How it ended, for people. */
    String ending() {
        if (!ended.isEmpty()) {
            return ended;
        }
        int code = process.exitValue();
        String how = code > 128 ? "it was ended by signal " + (code - 128) : "it ended with code " + code;
        // 9 is what Linux sends when memory runs out
        how += code == 128 + 9 ? ", perhaps for want of memory" : "";
        String last = errors.lastTelling();
        return Files.exists(folder.resolve(CRASH_LOG))
                ? "the native engine crashed"
                : last.isEmpty() ? how : how + ": " + last;
    }

    /** Bytes of physical memory, what several mappings share counted once; null where the system does not tell. */
    @Nullable
    Long resident() {
        Path memory = Path.of("/proc", Long.toString(process.pid()), "smaps_rollup");
        try (Stream<String> lines = Files.lines(memory)) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(null);
        } catch (IOException | java.io.UncheckedIOException notLinuxOrGone) {
            return null;
        }
    }

    long pid() {
        return process.pid();
    }

    /** Ends the child, gently for a second, then surely; returns when it is gone and its folder removed. */
    void stop() {
        stopping = true;
        try {
            closeStdin();
            if (!process.waitFor(GRACE_MS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        discard();
    }

    /** Removes what a child that has ended leaves. */
    void discard() {
        RunFolder.delete(folder);
    }

    private void closeStdin() {
        try {
            process.getOutputStream().close();
        } catch (IOException alreadyGone) {
            process.destroy();
        }
    }

    private static List<String> command(Path folder, HostArguments arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // native calls hold their carrier while they tokenize
                "-Djdk.virtualThreadScheduler.parallelism=4",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve(CRASH_LOG),
                "--enable-native-access=ALL-UNNAMED",
                "-Dde.kherud.llama.tmpdir=" + folder,
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                ModelHost.class.getName()));
        command.addAll(List.of(arguments.toArray()));
        return command;
    }

    private static String newSecret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
