package carafe.engine.llm;

import carafe.engine.relay.Client;
import carafe.engine.relay.Names;
import carafe.engine.relay.Origin;
import carafe.engine.relay.Upstream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hc.core5.net.URIAuthority;

/** For streams: few threads read the wire for all of them. A thread for each, woken for each token, costs half as much again. */
final class PushingClient implements Closeable {
    private final Client client;

    PushingClient(Names names) {
        try {
            client = new Client("upstreams", names);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // no selector: the machine has no descriptors left
        }
    }

    /** Returns when the answer's head is there. @throws IOException when there will be none */
    PushedExchange post(Target target, String path, byte[] json, Duration silence, Cancellation cancellation)
            throws IOException {
        var exchange = new PushedExchange();
        var call = client.post(upstream(target), path, fields(target), json, silence, exchange);
        boolean answered = false;
        try {
            exchange.start(call);
            cancellation.onCancel(exchange::cancel);
            if (cancellation.isCancelled()) {
                throw new InterruptedIOException("the call was cancelled");
            }
            exchange.await();
            answered = true;
            return exchange;
        } finally {
            if (!answered) {
                exchange.close();
            }
        }
    }

    /** {@link URI#getHost} knows no names with an underscore, which containers have. */
    private static Upstream upstream(Target target) throws IOException {
        var uri = URI.create(target.base());
        var at = authority(uri);
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        int port = at.getPort() < 0 ? (secure ? 443 : 80) : at.getPort();
        var host = at.getHostName().indexOf(':') < 0 ? at.getHostName() : "[" + at.getHostName() + "]";
        return new Upstream(
                new Origin(secure, at.getHostName(), port, null),
                uri.getRawPath() == null ? "" : uri.getRawPath(),
                at.getPort() < 0 ? host : host + ":" + port);
    }

    private static URIAuthority authority(URI uri) throws IOException {
        try {
            return URIAuthority.create(String.valueOf(uri.getRawAuthority()));
        } catch (URISyntaxException e) {
            throw new IOException("there is no host in " + uri, e);
        }
    }

    private static List<Map.Entry<String, String>> fields(Target target) {
        var fields = new ArrayList<Map.Entry<String, String>>(6);
        fields.add(Map.entry("User-Agent", "carafe"));
        fields.add(Map.entry("Content-Type", "application/json; charset=UTF-8"));
        target.eachHeader((name, value) -> {
            fields.removeIf(field -> field.getKey().equalsIgnoreCase(name));
            fields.add(Map.entry(name, oneLine(value)));
        });
        return fields;
    }

    /** As RFC 9110, section 5.5, has senders replace what would begin another line. */
    private static String oneLine(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) == 0x7f) {
                return value.replaceAll("[\\x00-\\x1f\\x7f]", " ");
            }
        }
        return value;
    }

    @Override
    public void close() {
        client.close();
    }
}
