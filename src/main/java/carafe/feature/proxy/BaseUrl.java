package carafe.feature.proxy;

import carafe.engine.relay.Origin;
import carafe.engine.relay.Upstream;
import java.net.IDN;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The address of an upstream, and of a proxy on the way to it. */
final class BaseUrl {
    private final boolean secure;
    private final String host;
    private final int port;
    private final String authority;
    private final String path;
    private final @Nullable String user;

    private BaseUrl(URI uri) {
        this.secure = "https".equals(uri.getScheme().toLowerCase(Locale.ROOT));
        this.host = IDN.toASCII(uri.getHost().replaceAll("^\\[|]$", ""));
        this.port = uri.getPort() < 0 ? (secure ? 443 : 80) : uri.getPort();
        this.user = uri.getUserInfo();
        var shown = uri.getHost();
        this.authority = uri.getPort() < 0 ? shown : shown + ":" + uri.getPort();
        var raw = uri.getRawPath() == null ? "" : uri.getRawPath();
        this.path = raw.replaceAll("/+$", "");
    }

    /** @throws IllegalArgumentException when it is not an http or https address of a host */
    static BaseUrl parse(String text) {
        var uri = URI.create(text.strip());
        var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException("not an http or https address: " + text);
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            throw new IllegalArgumentException("a port is from 1 to 65535: " + text);
        }
        return new BaseUrl(uri);
    }

    /** An address without a scheme is one of http. */
    static BaseUrl parseProxy(String text) {
        return parse(text.contains("://") ? text : "http://" + text);
    }

    /** As people write it, without a slash at its end. */
    String text() {
        return (secure ? "https://" : "http://") + authority + path;
    }

    boolean secure() {
        return secure;
    }

    @Nullable
    String user() {
        return user;
    }

    Upstream upstream(@Nullable BaseUrl via) {
        return new Upstream(new Origin(secure, host, port, via == null ? null : via.via()), path, authority);
    }

    private Origin.Via via() {
        var credentials = user == null
                ? null
                : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
        return new Origin.Via(host, port, credentials);
    }
}
