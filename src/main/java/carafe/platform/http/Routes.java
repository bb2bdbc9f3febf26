package carafe.platform.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.NotFoundResponse;
import io.javalin.router.Endpoint;
import io.javalin.websocket.WsConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Where features register their endpoints. Each one comes with its {@link Rule}, checked before its handler runs. The
 * router is a list searched from the front, so the busiest features register first.
 */
public final class Routes {
    /** One registered endpoint, for tests and generated tables. */
    public record Declared(String method, String path, Rule rule) {}

    private static final Set<String> APIS =
            Set.of("api", "v1", "ollama", "openai", "oauth", "ws", "cache", "health", "ready", "metrics", "carafe");

    private final RoutesConfig javalin;
    private final Guard guard;
    private final BodyRoom bodies = new BodyRoom();
    private final List<Declared> declared = new ArrayList<>();
    private final List<String> heads = new ArrayList<>();
    private final Map<String, Variant> variants = new HashMap<>();

    /** What a route is instead for requests with a query parameter. */
    private record Variant(String parameter, Rule rule, Handler handler) {}

    Routes(RoutesConfig javalin, Guard guard) {
        this.javalin = javalin;
        this.guard = guard;
    }

    /** Answers HEAD, too, see {@link HeadHandler}. */
    public void get(String path, Rule rule, Handler handler) {
        add(HandlerType.GET, path, rule, handler);
    }

    /** Where HEAD has a meaning of its own. */
    public void head(String path, Rule rule, Handler handler) {
        add(HandlerType.HEAD, path, rule, handler);
        heads.add(path);
    }

    boolean hasOwnHead(String path) {
        return heads.stream()
                .anyMatch(one -> one.endsWith("/<path>")
                        ? path.startsWith(one.substring(0, one.length() - "<path>".length()))
                        : path.equals(one));
    }

    public void post(String path, Rule rule, Handler handler) {
        add(HandlerType.POST, path, rule, handler);
    }

    public void put(String path, Rule rule, Handler handler) {
        add(HandlerType.PUT, path, rule, handler);
    }

    public void patch(String path, Rule rule, Handler handler) {
        add(HandlerType.PATCH, path, rule, handler);
    }

    public void delete(String path, Rule rule, Handler handler) {
        add(HandlerType.DELETE, path, rule, handler);
    }

    public void options(String path, Rule rule, Handler handler) {
        add(HandlerType.OPTIONS, path, rule, handler);
    }

    /**
     * Another meaning of an address that two APIs share: requests with the query parameter have this rule and handler,
     * all others those of the route itself.
     */
    public void withQuery(String method, String path, String parameter, Rule rule, Handler handler) {
        declared.add(new Declared(method, path + "?" + parameter + "={id}", rule));
        variants.put(method + " " + path, new Variant(parameter, rule, handler));
    }

    /** A WebSocket endpoint; the rule is checked before the upgrade. */
    public void webSocket(String path, Rule rule, Consumer<WsConfig> socket) {
        webSocket(path, rule, ctx -> {}, socket);
    }

    /** @param check runs after the rule and may refuse the upgrade */
    public void webSocket(String path, Rule rule, Handler check, Consumer<WsConfig> socket) {
        declared.add(new Declared("WS", path, rule));
        javalin.wsBeforeUpgrade(path, ctx -> {
            ctx.attribute(Errors.UPGRADE, true);
            ctx.attribute(Errors.SURFACE, rule.surface());
            RequestId.begin(ctx);
            guard.admitUpgrade(ctx, rule);
            check.handle(ctx);
        });
        javalin.ws(path, socket);
    }

    /**
     * Answers what is asked for at addresses that no route has and no API owns. There is no rule: strangers get
     * whatever {@code handler} serves. It may throw Problems, such as for what is not there.
     */
    public void elsewhere(Handler handler) {
        javalin.exception(NotFoundResponse.class, (e, ctx) -> {
            var method = ctx.req().getMethod();
            boolean page = method.equals("GET") && !isApi(ctx.path());
            try {
                if (page) {
                    Rest.take(ctx);
                    handler.handle(ctx);
                } else {
                    Errors.answer(ctx, Errors.known(e, ctx));
                }
            } catch (Problem problem) {
                Errors.answer(ctx, problem);
            } catch (IOException gone) {
                Errors.gone(ctx, gone);
            } catch (Exception failed) {
                Errors.unexpected(ctx, failed);
            }
        });
    }

    /** Whether an address is a program's, which wants JSON and no page, also where there is nothing. */
    private static boolean isApi(String path) {
        var first = path.split("/", 3)[1];
        return APIS.contains(first);
    }

    /** All endpoints in order of registration, which is the order of matching. */
    public List<Declared> declared() {
        return List.copyOf(declared);
    }

    private void add(HandlerType method, String path, Rule rule, Handler handler) {
        declared.add(new Declared(method.name(), path, rule));
        var key = method.name() + " " + path;
        javalin.addEndpoint(Endpoint.create(method, path).addMetadata(rule).handler(ctx -> {
            var variant = variants.get(key);
            if (variant == null || ctx.queryParam(variant.parameter()) == null) {
                serve(ctx, rule, handler);
            } else {
                ctx.attribute(Rule.ATTRIBUTE, variant.rule());
                serve(ctx, variant.rule(), variant.handler());
            }
        }));
    }

    private void serve(Context ctx, Rule rule, Handler handler) throws Exception {
        ctx.attribute(Errors.SURFACE, rule.surface());
        if (rule.successor() != null) {
            Moved.announce(ctx, rule.successor());
        }
        if (rule.surface() == Surface.COURSE) {
            CourseErrors.addHeaders(ctx);
            CourseErrors.checkVersion(ctx);
        }
        guard.admit(ctx, rule);
        answer(ctx, rule, handler);
        guard.answered(ctx, rule);
        if (rule.surface() == Surface.COURSE) {
            CourseErrors.addTime(ctx);
        }
    }

    private void answer(Context ctx, Rule rule, Handler handler) throws Exception {
        try (var place = bodies.take(rule.spooled() || rule.maxBody() == Rule.ANY_LENGTH ? 0 : declaredLength(ctx))) {
            ctx.attribute(BodyRoom.Place.ATTRIBUTE, place);
            handler.handle(ctx);
            Rest.take(ctx); // a body that the handler did not ask for would end the connection, unsaid
        } catch (StackOverflowError | OutOfMemoryError e) {
            // Javalin would answer an empty 500; one greedy request must not look like a broken server
            throw Errors.fatal(ctx, e);
        }
    }

    /** Bytes of the body as the client says; 0 where it does not, or has none. */
    private static long declaredLength(Context ctx) {
        return Math.max(0, ctx.req().getContentLengthLong());
    }
}
