package carafe.platform.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;

/**
 * Logging until {@link Logs#open}, and in tests: warnings to the error stream, redacted. Logback finds it as a service,
 * so that no start looks for XML.
 */
public final class BootLogs extends ContextAwareBase implements Configurator {
    private static final class ErrorStream extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private final LogFormat format = new LogFormat("", false);

        @Override
        protected void append(ILoggingEvent event) {
            var line = format.text(LogEntry.of(event));
            System.err.write(line, 0, line.length);
            System.err.flush();
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        context.getStatusManager().add(new NopStatusListener()); // else Logback prints its own diary
        var appender = new ErrorStream();
        appender.setContext(context);
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
