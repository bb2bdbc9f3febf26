package carafe.platform.realtime;

import carafe.platform.http.Access;
import carafe.platform.http.Authenticator;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientWatch;
import carafe.platform.http.Json;
import carafe.platform.http.Problem;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Standing;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.websocket.api.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to an account's things, told to its pages: as server-sent events and over a WebSocket. A reader that is
 * too slow is cut off and comes back, which makes it fetch everything anew.
 */
public final class EventRoutes {
    private static final Logger log = LoggerFactory.getLogger(EventRoutes.class);
    /** Where the request of a socket leaves the standing of who opened it. */
    private static final String STANDING = "carafe.standing";

    private static final int MOST_LISTENERS = 50;
    private static final long HEARTBEAT_SECONDS = 10;

    private final Events events;
    private final Authenticator authenticator;
    private final ClientWatch clients;
    private final ObjectMapper mapper;
    private final Map<String, Events.Subscription> sockets = new ConcurrentHashMap<>();

    public EventRoutes(Events events, Authenticator authenticator, ClientWatch clients, ObjectMapper mapper) {
        this.events = events;
        this.authenticator = authenticator;
        this.clients = clients;
        this.mapper = mapper;
    }

    public void register(Routes routes) {
        var rule = Rule.of(Surface.WEBUI, Access.USER);
        routes.get("/api/v1/events", rule, this::stream);
        routes.webSocket(
                "/api/v1/events/ws",
                rule,
                ctx -> ctx.attribute(STANDING, new Standing(ctx, authenticator, Access.USER)),
                this::socket);
    }

    private Events.Subscription subscribe(Caller caller) {
        var topic = "account:" + caller.person().id();
        if (events.listeners(topic) >= MOST_LISTENERS) {
            throw new Problem.TooMany("Too many pages of this account are open.", Duration.ofSeconds(30));
        }
        return events.subscribe(topic);
    }

    private void stream(Context ctx) throws IOException, InterruptedException {
        // a page that is gone must not count as open until the next heartbeat finds out
        try (var subscription = subscribe(Caller.of(ctx));
                var _ = clients.watch(ctx, subscription::close)) {
            var stream = ResponseStream.events(ctx);
            var standing = new Standing(ctx, authenticator, Access.USER);
            stream.write(": connected\n\n");
            while (!subscription.lost()) {
                var event = subscription.next(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
                if (!standing.holds()) {
                    return; // the page's next request says why
                }
                if (event == null) {
                    stream.ping();
                } else {
                    stream.event(event.name(), Json.text(event.data()));
                }
            }
        }
    }

    private void socket(WsConfig socket) {
        socket.onConnect(ctx -> {
            Caller caller = ctx.attribute(Caller.ATTRIBUTE);
            Standing standing = ctx.attribute(STANDING);
            if (caller == null || standing == null) {
                ctx.closeSession(1008, "not signed in");
                return;
            }
            ctx.session.setIdleTimeout(Duration.ofMinutes(2));
            ctx.session.setMaxTextMessageSize(1024); // nothing is expected from the page but pongs
            var subscription = subscribe(caller);
            sockets.put(ctx.sessionId(), subscription);
            Thread.ofVirtual().name("event-socket").start(() -> pump(ctx, subscription, standing));
        });
        socket.onClose(ctx -> forget(ctx.sessionId()));
        socket.onError(ctx -> forget(ctx.sessionId()));
    }

    private void forget(String session) {
        var subscription = sockets.remove(session);
        if (subscription != null) {
            subscription.close();
        }
    }

    private void pump(WsContext ctx, Events.Subscription subscription, Standing standing) {
        try (subscription) {
            while (!subscription.lost() && sockets.containsKey(ctx.sessionId())) {
                var event = subscription.next(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
                if (!standing.holds()) {
                    ctx.closeSession(1008, "no longer signed in");
                    return;
                }
                var text = event == null
                        ? "{\"event\":\"ping\"}"
                        : mapper.createObjectNode()
                                .put("event", event.name())
                                .set("data", event.data())
                                .toString();
                // wait for each message: Jetty would queue them for a slow reader without bound
                var sent = new Callback.Completable();
                ctx.session.sendText(text, sent);
                sent.get(30, TimeUnit.SECONDS);
            }
            ctx.closeSession(1013, "too slow; connect again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            log.debug("an event socket ended cause={}", e.toString());
            ctx.closeSession(1013, "too slow; connect again");
        } finally {
            forget(ctx.sessionId());
        }
    }
}
