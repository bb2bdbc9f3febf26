import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program under measurement: started, asked for its health, its CPU time and memory read from /proc, ended. */
final class Server implements AutoCloseable {
    private final Process process;
    final int port;
    /** Milliseconds from the start of the process to the first 200 on /health. */
    final double firstAnswer;

    private Server(Process process, int port, double firstAnswer) {
        this.process = process;
        this.port = port;
        this.firstAnswer = firstAnswer;
    }

    static Server start(List<String> command, Map<String, String> environment, int port, Path log) throws IOException, InterruptedException {
        return start(command, environment, port, log, "/health");
    }

    /** {@code sign} is the path that answers 200 when it is ready. */
    static Server start(List<String> command, Map<String, String> environment, int port, Path log, String sign)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        for (String name : List.of("DATABASE_URL", "OPENAI_API_BASE_URL", "OPENAI_API_BASE_URLS", "OLLAMA_BASE_URL", "OLLAMA_BASE_URLS")) {
            builder.environment().remove(name);
        }
        builder.environment().putAll(environment);
        long start = System.nanoTime();
        var process = builder.start();
        while (!healthy(port, sign)) {
            if (!process.isAlive() || System.nanoTime() - start > 180_000_000_000L) {
                process.destroyForcibly();
                throw new IOException("did not start: " + String.join(" ", command) + "\n" + tail(log));
            }
            Thread.sleep(2);
        }
        return new Server(process, port, (System.nanoTime() - start) / 1e6);
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }

    private static boolean healthy(int port, String sign) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(("GET " + sign + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).endsWith(" 200");
        } catch (IOException e) {
            return false;
        }
    }

    private static String tail(Path log) throws IOException {
        var lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }

    /** CPU milliseconds so far, of this process alone. The kernel counts in steps of ten. */
    double cpuMillis() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10.0;
    }

    /** Resident megabytes, of this process alone. */
    double residentMb() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        }
        throw new IOException("no VmRSS");
    }

    /** Sends the signal to each child; tells how many there were. */
    int signalChildren(String signal) throws IOException, InterruptedException {
        var children = process.children().map(ProcessHandle::pid).toList();
        for (long child : children) new ProcessBuilder("kill", "-" + signal, Long.toString(child)).inheritIO().start().waitFor();
        return children.size();
    }

    /** Without warning. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    static List<String> java(List<String> flags, String... rest) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of(rest));
        return command;
    }
}
