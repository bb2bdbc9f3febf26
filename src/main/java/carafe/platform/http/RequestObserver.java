package carafe.platform.http;

/** Told of every request, in the request's thread; it must be quick and must not throw. */
@FunctionalInterface
public interface RequestObserver {
    /** A request has arrived; {@link #ended} follows for each. */
    default void began() {}

    void ended(RequestEnd end);
}
