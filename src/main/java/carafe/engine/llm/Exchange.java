package carafe.engine.llm;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An upstream's answer whose body is still on its way. It must be closed. Closing before the end of the body cuts the
 * connection: somebody would pay for an answer that nobody wants.
 */
public sealed interface Exchange extends AutoCloseable permits PulledExchange, PushedExchange {
    int status();

    @Nullable
    String header(String name);

    /** The whole body. @throws IOException when it is longer than {@code limit} */
    byte[] readAll(int limit) throws IOException;

    @Override
    void close() throws IOException;
}
