package carafe.engine.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** Opens connections to upstreams. Names are looked up beside the loop, since that may take seconds. */
final class Dialer {
    private final Supplier<SSLContext> tls;
    private final Duration patience;
    private final Names names;

    /**
     * @param tls asked for when the first server speaks TLS
     * @param patience for the whole way: connecting, tunnel and handshake
     */
    Dialer(Supplier<SSLContext> tls, Duration patience, Names names) {
        this.tls = tls;
        this.patience = patience;
        this.names = names;
    }

    /** Ends with {@link Exchange#connected} or {@link Exchange#unreachable}, on the loop. */
    Dial dial(Lane lane, Exchange exchange, Origin origin) {
        var dial = new Dial(this, lane, exchange, origin);
        var host = origin.dialHost();
        var literal = names.equals(Names.SYSTEM) && !origin.secure() ? literal(host) : null;
        if (literal != null) {
            lane.loop().later(() -> dial.start(List.of(literal), null));
        } else {
            Thread.startVirtualThread(() -> lookUp(dial, lane, origin, host));
        }
        return dial;
    }

    Duration patience() {
        return patience;
    }

    private void lookUp(Dial dial, Lane lane, Origin origin, String host) {
        try {
            var addresses = List.of(names.resolve(host));
            var engine = origin.secure() ? engine(origin) : null;
            lane.loop().run(() -> dial.start(addresses, engine));
        } catch (UnknownHostException e) {
            lane.loop().run(() -> dial.fail("there is no host named " + host, e));
        } catch (RuntimeException e) {
            lane.loop().run(() -> dial.fail(String.valueOf(e.getMessage()), new IOException(e)));
        }
    }

    private SSLEngine engine(Origin origin) {
        var engine = tls.get().createSSLEngine(origin.host(), origin.port());
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the name in the certificate is checked
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null; // a name
        }
    }
}
