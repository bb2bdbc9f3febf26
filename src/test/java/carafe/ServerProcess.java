package carafe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The whole program as a process of its own, which can be killed without warning. */
public final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final Path log;

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it in {@code folder}, with its data in {@code folder/data}.
     *
     * @param arguments of the command line, separated by spaces; empty: none
     * @param settings variables beside those that every test needs
     */
    public static ServerProcess start(Path folder, String arguments, Map<String, String> settings) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = new ArrayList<>(List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "carafe.Main"));
        if (!arguments.isEmpty()) {
            command.addAll(List.of(arguments.split(" ")));
        }
        var builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PORT",
                        "0",
                        "HOST",
                        "127.0.0.1",
                        "DATA_DIR",
                        folder.resolve("data").toString()));
        builder.environment().putAll(settings);
        var log = Files.createTempFile(folder, "server", ".log");
        var process = builder.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ServerProcess(process, log);
    }

    /** A client of it, once it is ready. */
    public TestApp client() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            var line = log().lines()
                    .filter(l -> l.contains("Carafe is ready on port"))
                    .findFirst();
            if (line.isPresent()) {
                return TestApp.at("http://127.0.0.1:" + line.get().replaceAll(".*ready on port (\\d+).*", "$1"));
            }
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new AssertionError("not ready: " + log());
    }

    public String log() throws IOException {
        return Files.readString(log);
    }

    public long pid() {
        return process.pid();
    }

    /** Its status, once it has ended by itself. */
    public int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
