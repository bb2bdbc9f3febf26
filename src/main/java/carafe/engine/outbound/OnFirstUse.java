package carafe.engine.outbound;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that is made at the first call: TLS set-up reads the certificates of the world, and a start need not wait for
 * that.
 */
public final class OnFirstUse<T extends Closeable> implements Closeable {
    private final Supplier<T> maker;
    private volatile @Nullable T made;

    public OnFirstUse(Supplier<T> maker) {
        this.maker = maker;
    }

    public T get() {
        var known = made;
        if (known != null) {
            return known;
        }
        synchronized (maker) {
            known = made == null ? maker.get() : made;
            made = known;
            return known;
        }
    }

    @Override
    public void close() throws IOException {
        var known = made;
        if (known != null) {
            known.close();
        }
    }
}
