package carafe.feature.proxy;

import carafe.engine.relay.Edits;
import carafe.engine.relay.Edits.HostField;
import carafe.engine.relay.Head;
import carafe.engine.relay.Upstream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the settings of one moment do to a request, prepared so that it costs a request little. */
final class Rules {
    /** Fields that belong to the connection or to the body's framing; nobody sets them by a setting. */
    static final Set<String> NOT_OURS = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "te",
            "trailer",
            "trailers",
            "transfer-encoding",
            "upgrade",
            "content-length",
            "expect");

    private final ProxySettings settings;
    private final List<Upstream> upstreams;
    private final @Nullable PromptRule promptRule;
    private final List<String> setNames = new ArrayList<>();
    private final List<byte[]> setLines = new ArrayList<>();
    private final HostField host;
    private final @Nullable String setForwardedFor;

    Rules(ProxySettings settings) {
        this.settings = settings;
        this.upstreams = settings.upstreams().stream()
                .map(url -> url.upstream(url.secure() ? settings.httpsProxy() : settings.httpProxy()))
                .toList();
        var replacement = settings.replacement();
        this.promptRule = replacement == null ? null : new PromptRule(replacement, settings.insert());
        boolean setsHost = false;
        String forwardedFor = null;
        for (var header : settings.headers().entrySet()) {
            var name = header.getKey().toLowerCase(Locale.ROOT);
            setsHost |= name.equals("host");
            if (name.equals("x-forwarded-for")) {
                forwardedFor = header.getValue();
            } else if (!NOT_OURS.contains(name)) {
                setNames.add(name);
                setLines.add(line(header.getKey(), header.getValue(), StandardCharsets.UTF_8));
            }
        }
        this.host = setsHost ? HostField.ADDED : settings.preserveHost() ? HostField.CLIENTS : HostField.UPSTREAMS;
        this.setForwardedFor = forwardedFor;
    }

    ProxySettings settings() {
        return settings;
    }

    List<Upstream> upstreams() {
        return upstreams;
    }

    /** The rule for system prompts, if it holds for this path. */
    @Nullable
    PromptRule promptRule(String path) {
        return path.equals("/v1/messages") || path.equals("/v1/messages/") ? promptRule : null;
    }

    Edits edits(Head request, String client, OwnCookie own) {
        var drop = new ArrayList<>(setNames);
        var lines = new ArrayList<>(setLines);
        drop.add("x-forwarded-for");
        lines.add(line("X-Forwarded-For", forwardedFor(request, client), StandardCharsets.ISO_8859_1));
        var cookies = request.values("cookie");
        if (!cookies.isEmpty() && own.isIn(cookies)) {
            drop.add("cookie");
            for (var cookie : cookies) {
                var left = own.without(cookie);
                if (!left.isEmpty()) {
                    lines.add(line("Cookie", left, StandardCharsets.ISO_8859_1));
                }
            }
        }
        return new Edits(host, drop, lines);
    }

    private String forwardedFor(Head request, String client) {
        if (setForwardedFor != null) {
            return setForwardedFor + ", " + client;
        }
        var chain = request.values("x-forwarded-for");
        return chain.isEmpty() ? client : String.join(", ", chain) + ", " + client;
    }

    private static byte[] line(String name, String value, Charset charset) {
        return (name + ": " + value + "\r\n").getBytes(charset);
    }
}
