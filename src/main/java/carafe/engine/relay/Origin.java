package carafe.engine.relay;

import org.jspecify.annotations.Nullable;

/**
 * Where connections lead: a server, perhaps through a proxy.
 *
 * @param secure whether TLS is spoken with the server
 */
public record Origin(
        boolean secure, String host, int port, @Nullable Via via) {
    /**
     * A proxy on the way: spoken to in absolute addresses, or asked for a tunnel when the server speaks TLS.
     *
     * @param authorization the value of {@code Proxy-Authorization}, or null
     */
    public record Via(String host, int port, @Nullable String authorization) {}

    /** Whom to connect to. */
    String dialHost() {
        return via == null ? host : via.host();
    }

    int dialPort() {
        return via == null ? port : via.port();
    }

    /** Host and port as they stand in a tunnel request. */
    String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
