package carafe.platform.realtime.socketio;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.websocket.WsBinaryMessageContext;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsContext;
import io.javalin.websocket.WsMessageContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transports of Engine.IO: long polls, posts and WebSockets at one address. */
final class SocketIoRoutes {
    private static final Logger log = LoggerFactory.getLogger(SocketIoRoutes.class);
    private static final String PATH = "/ws/socket.io";
    private static final String SESSION = "carafe.engine.session";
    private static final String PROBE = "carafe.engine.probe";

    private final Engine engine;
    private final SocketIo io;
    private final Body body;

    SocketIoRoutes(Engine engine, SocketIo io, ObjectMapper mapper) {
        this.engine = engine;
        this.io = io;
        this.body = new Body(mapper);
    }

    void register(Routes routes) {
        // who it is comes with the first packet, not with a cookie: strangers wait here for their sign-in
        var rule = Rule.of(Surface.ENGINE, Access.PUBLIC);
        routes.get(PATH, rule, this::poll);
        routes.post(PATH, rule.withMaxBody(SocketSettings.POST_BYTES), this::post);
        routes.webSocket(PATH, rule, this::checkUpgrade, this::webSocket);
    }

    // ---- polling ------------------------------------------------------------------------------

    private void poll(Context ctx) throws InterruptedException {
        checkProtocol(ctx, "polling");
        var id = ctx.queryParam("sid");
        var session = id == null ? engine.open(Caller.addressOf(ctx), true, io) : session(id);
        ResponseStream.markLong(ctx);
        var packets = session.poll();
        ctx.contentType("text/plain; charset=UTF-8");
        ctx.header("Cache-Control", "no-store");
        ctx.result(Frame.payload(packets));
    }

    private void post(Context ctx) {
        checkProtocol(ctx, "polling");
        var id = ctx.queryParam("sid");
        if (id == null) {
            throw EngineProblem.METHOD.problem();
        }
        var session = session(id);
        var type = ctx.contentType();
        if (type != null && type.toLowerCase(Locale.ROOT).startsWith("application/octet-stream")) {
            session.close(EngineSession.End.GARBAGE); // version 4 sends binary as base64
            throw EngineProblem.BAD_REQUEST.problem();
        }
        var bytes = body.bytes(ctx);
        if (bytes.length > session.largestMessage()) {
            session.close(EngineSession.End.TOO_LARGE);
            throw new Problem.TooLarge(session.largestMessage());
        }
        try {
            session.post(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            session.close(EngineSession.End.GARBAGE);
            throw EngineProblem.BAD_REQUEST.problem();
        }
        ctx.contentType("text/html; charset=UTF-8"); // what clients of the original see
        ctx.result("ok");
    }

    private EngineSession session(String id) {
        return engine.find(id).orElseThrow(EngineProblem.SESSION::problem);
    }

    private void checkProtocol(Context ctx, String transport) {
        if (!"4".equals(ctx.queryParam("EIO"))) {
            throw EngineProblem.VERSION.problem();
        }
        var asked = ctx.queryParam("transport");
        boolean known = "polling".equals(asked)
                || ("websocket".equals(asked) && engine.settings().webSocket());
        if (!known) {
            throw EngineProblem.TRANSPORT.problem();
        }
        if (!transport.equals(asked) || ctx.queryParam("j") != null) { // no JSONP
            throw EngineProblem.BAD_REQUEST.problem();
        }
    }

    // ---- WebSocket ----------------------------------------------------------------------------

    private void checkUpgrade(Context ctx) {
        checkProtocol(ctx, "websocket");
        var id = ctx.queryParam("sid");
        if (id != null && !session(id).mayUpgrade()) {
            throw EngineProblem.BAD_REQUEST.problem();
        }
    }

    private void webSocket(WsConfig socket) {
        socket.onConnect(this::connected);
        socket.onMessage(this::text);
        socket.onBinaryMessage(this::binary);
        socket.onClose(this::gone);
        socket.onError(this::gone);
    }

    private void connected(WsContext ctx) {
        var settings = engine.settings();
        ctx.session.setIdleTimeout(
                settings.pingInterval().plus(settings.pingTimeout()).plusSeconds(30));
        var id = ctx.queryParam("sid");
        if (id == null) {
            String address = ctx.attribute(Caller.ADDRESS);
            try {
                var session = engine.open(address == null ? "" : address, false, io);
                ctx.attribute(SESSION, session);
                session.attach(ctx.session);
            } catch (Problem e) {
                ctx.closeSession(1013, e.explain());
            }
            return;
        }
        var session = engine.find(id);
        if (session.isEmpty()) {
            ctx.closeSession(1008, "Session ID unknown");
            return;
        }
        ctx.session.setMaxTextMessageSize(64);
        var probe = new Probe(session.get(), ctx.session);
        if (session.get().begin(probe)) {
            ctx.attribute(PROBE, probe);
        } else {
            ctx.closeSession(1008, "Bad request");
        }
    }

    private void text(WsMessageContext ctx) {
        Probe probe = ctx.attribute(PROBE);
        if (probe != null) {
            if (probe.tookOver(ctx.message())) {
                ctx.attribute(SESSION, probe.session());
                ctx.attribute(PROBE, null);
            }
            return;
        }
        if (ctx.message().isEmpty()) {
            ended(ctx, EngineSession.End.GARBAGE);
        } else {
            receive(ctx, new Frame.Text(ctx.message()));
        }
    }

    private void binary(WsBinaryMessageContext ctx) {
        var data = ctx.data();
        var bytes = new byte[data.remaining()];
        data.get(bytes);
        receive(ctx, new Frame.Binary(bytes));
    }

    private void receive(WsContext ctx, Frame frame) {
        EngineSession session = ctx.attribute(SESSION);
        if (session == null) {
            ctx.closeSession(1002, "Bad request");
            return;
        }
        try {
            session.receive(frame);
        } catch (BadPacket e) {
            engine.garbage(session, e);
        } catch (RuntimeException e) {
            log.error("a socket's message failed", e);
            session.close(EngineSession.End.FAULT);
        }
    }

    private void gone(WsContext ctx) {
        Probe probe = ctx.attribute(PROBE);
        if (probe != null) {
            probe.session().forget(probe);
        }
        ended(ctx, EngineSession.End.GONE);
    }

    private static void ended(WsContext ctx, EngineSession.End how) {
        @Nullable EngineSession session = ctx.attribute(SESSION);
        if (session != null) {
            session.close(how);
        }
    }
}
