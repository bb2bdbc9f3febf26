package carafe.platform.http;

/** Turns proof into a caller. It stands on the feature floor; this is how the floor below reaches it. */
@FunctionalInterface
public interface Authenticator {
    /** The caller, or {@link Caller.Anonymous} with {@code address} when the proof is missing or does not hold. */
    Caller authenticate(Credentials credentials, String address);
}
