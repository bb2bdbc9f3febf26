package carafe.platform.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.status.NopStatusListener;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The log of a running server: console and {@code logs/carafe.log}, 10 MB and five older ones. Close it last. */
public final class Logs implements AutoCloseable {
    /**
     * @param level DEBUG, INFO, WARN or ERROR, for Carafe's own code; libraries tell warnings only
     * @param json lines for machines on the console, otherwise text for people; the file is always JSON
     */
    public record Settings(String level, boolean json, String environment, Path dataFolder) {}

    /** Libraries that tell their users' secrets, or too much, below WARN. */
    private static final List<String> NOISY = List.of(
            "org.eclipse.jetty",
            "io.javalin",
            "com.zaxxer.hikari",
            "com.github.dockerjava",
            "org.apache.hc",
            "org.sqlite");

    private static final long FILE_BYTES = 10_000_000;

    private final LoggerContext context;
    private final LogQueue queue;

    private Logs(LoggerContext context, LogQueue queue) {
        this.context = context;
        this.queue = queue;
    }

    public static Logs open(Settings settings) {
        return open(settings, new FileOutputStream(FileDescriptor.out), FILE_BYTES);
    }

    static Logs open(Settings settings, OutputStream console, long fileBytes) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.getStatusManager().add(new NopStatusListener());
        var file = new RotatedFile(settings.dataFolder().resolve("logs").resolve("carafe.log"), fileBytes);
        var format = new LogFormat(settings.environment(), !settings.json() && onTerminal());
        var queue = new LogQueue(format, settings.json(), console, file);
        queue.setContext(context);
        queue.setName("carafe");
        queue.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(queue);
        context.getLogger("carafe").setLevel(Level.toLevel(settings.level(), Level.INFO));
        NOISY.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
        return new Logs(context, queue);
    }

    @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again without a terminal
    private static boolean onTerminal() {
        var console = System.console();
        return console != null && console.isTerminal() && System.getenv("NO_COLOR") == null;
    }

    /** Adds {@code log_lines_dropped} and {@code log_lines_unwritten}. */
    public void measureIn(Metrics metrics) {
        metrics.gauge("log_lines_dropped", "Log lines dropped because too many came.", this::dropped);
        metrics.gauge("log_lines_unwritten", "Log lines that the file did not take.", this::unwritten);
    }

    /** Lines dropped because more came than the disk took. */
    public long dropped() {
        return queue.dropped();
    }

    /** Lines that did not reach the file, because the disk is full or the folder not ours. */
    public long unwritten() {
        return queue.unwritten();
    }

    /** What is waiting is written; later lines go to the error stream, warnings only. */
    @Override
    public void close() {
        context.reset(); // stops the queue
        new BootLogs().configure(context);
    }
}
