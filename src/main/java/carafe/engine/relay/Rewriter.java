package carafe.engine.relay;

/** Changes a request's body before it is passed on; runs on a loop when the body is small, beside it when it is not. */
public interface Rewriter {
    /** What to send; {@code body} itself when nothing is to be changed. */
    byte[] rewrite(byte[] body);

    /** The largest body that is taken; what is larger is refused. */
    int most();
}
