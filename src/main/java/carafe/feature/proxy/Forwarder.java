package carafe.feature.proxy;

import carafe.engine.relay.Director;
import carafe.engine.relay.Head;
import carafe.engine.relay.Plan;
import carafe.platform.http.Caller;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides about each request of the proxy's own port: health and the panel are answered here, everything else goes upstream. */
final class Forwarder implements Director {
    /** The second spelling of the panel's interface: what is not here goes upstream, with the panel's key. */
    static final Set<String> SHORT_PATHS = Set.of(
            "/api/stats",
            "/api/errors",
            "/api/config",
            "/api/config/private",
            "/api/config/metadata",
            "/api/restart",
            "/api/logs/stream",
            "/api/logs/history",
            "/api/logs/clear",
            "/api/logs/broadcast");

    private final ProxyConfig config;
    private final OwnCookie own;
    private final Passages passages;
    private final Plan.Receiver pages;
    private final ObjectMapper mapper;

    /** @param pages serves the panel and its interface */
    Forwarder(ProxyConfig config, OwnCookie own, Passages passages, Plan.Receiver pages, ObjectMapper mapper) {
        this.config = config;
        this.own = own;
        this.passages = passages;
        this.pages = pages;
        this.mapper = mapper;
    }

    @Override
    public Plan direct(Head request, String client) {
        var method = request.method();
        var target = pathAndQuery(request.target());
        if (target == null) {
            return method.equals("CONNECT")
                    ? notPassedOn(method)
                    : text(400, "The target of the request is neither a path nor an address.");
        }
        int query = target.indexOf('?');
        var path = query < 0 ? target : target.substring(0, query);
        boolean reads = method.equals("GET") || method.equals("HEAD");
        if (reads && path.equals("/health")) {
            return health();
        }
        if (path.equals("/") && wantsPages(request)) {
            return new Plan.Answer(307, List.of("Location: /admin"), new byte[0]);
        }
        if (isOurs(path)) {
            return new Plan.HandOver(pages);
        }
        return forward(request, method, target, path, client, new Caller.Anonymous(client));
    }

    /** The plan for a request whose path belongs to an upstream. */
    Plan forward(Head request, String method, String target, String path, String client, Caller caller) {
        if (method.equals("CONNECT") || method.equals("TRACE")) {
            return notPassedOn(method);
        }
        var rules = config.rules();
        if (rules.upstreams().isEmpty()) {
            return text(502, "Upstream request failed: API_BASE_URL is not an http or https address");
        }
        return new Plan.Forward(
                rules.upstreams(),
                target,
                rules.edits(request, client, own),
                rules.promptRule(path),
                rules.settings().silence(),
                passages.begin(method, path, caller, rules.settings()));
    }

    private Plan.Answer health() {
        var current = config.current();
        var body = mapper.createObjectNode()
                .put("status", "healthy")
                .put("service", "anthropic-transparent-proxy")
                .put("boot_id", current.bootId())
                .put("started_at", current.startedAt());
        return new Plan.Answer(
                200,
                List.of("Content-Type: application/json", "Cache-Control: no-store"),
                body.toString().getBytes(StandardCharsets.UTF_8));
    }

    static Plan.Answer text(int status, String text) {
        return new Plan.Answer(
                status, List.of("Content-Type: text/plain; charset=utf-8"), text.getBytes(StandardCharsets.UTF_8));
    }

    private static Plan.Answer notPassedOn(String method) {
        return text(405, "The method " + method + " is not passed on.");
    }

    private static boolean wantsPages(Head request) {
        var accept = String.join(",", request.values("accept"));
        return accept.contains("text/html") || accept.contains("application/xhtml+xml");
    }

    /** Whether the panel or its interface live here. Compared as sent: another spelling of these paths is not ours. */
    static boolean isOurs(String path) {
        return under(path, "/admin") || under(path, "/api/admin") || SHORT_PATHS.contains(path);
    }

    private static boolean under(String path, String folder) {
        return path.startsWith(folder) && (path.length() == folder.length() || path.charAt(folder.length()) == '/');
    }

    /** Clients of a forward proxy send whole addresses; what follows the host is what counts here. Null for other things. */
    private static @Nullable String pathAndQuery(String target) {
        if (target.startsWith("/") || target.equals("*")) {
            return target;
        }
        int host = target.indexOf("://");
        if (host <= 0) {
            return null;
        }
        int path = target.indexOf('/', host + 3);
        int query = target.indexOf('?');
        if (path < 0 || (query >= 0 && query < path)) {
            return query < 0 ? "/" : "/" + target.substring(query);
        }
        return target.substring(path);
    }
}
