package carafe.engine.llm;

/** A limit that something must stay under, whatever else an upstream sends meanwhile. */
public final class Deadline implements AutoCloseable {
    private final SilenceWatch.Watched watched;

    Deadline(SilenceWatch.Watched watched) {
        this.watched = watched;
    }

    public boolean expired() {
        return watched.expired();
    }

    /** In time. */
    @Override
    public void close() {
        watched.close();
    }
}
