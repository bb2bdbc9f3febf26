package carafe.platform.http;

import java.io.IOException;

/** The client closed the connection; nothing more can be said to it, and work done for it alone should end. */
public final class ClientGone extends IOException {
    public ClientGone(IOException cause) {
        super("the client closed the connection", cause);
    }
}
