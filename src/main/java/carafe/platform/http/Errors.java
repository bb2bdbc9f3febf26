package carafe.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import org.eclipse.jetty.io.EofException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one funnel: whatever a handler throws becomes an answer in the shape of its route's surface. */
final class Errors {
    static final String SURFACE = "carafe.surface";
    /** Set on the request of a WebSocket, whose refusal Javalin would send without a body. */
    static final String UPGRADE = "carafe.upgrade";

    private static final Logger log = LoggerFactory.getLogger(Errors.class);

    private Errors() {}

    static void register(RoutesConfig routes) {
        routes.exception(Problem.class, (problem, ctx) -> answer(ctx, problem));
        routes.exception(JsonProcessingException.class, (e, ctx) -> answer(ctx, Body.broken(e)));
        routes.exception(HttpResponseException.class, (e, ctx) -> answer(ctx, known(e, ctx)));
        routes.exception(ClientGone.class, (e, ctx) -> gone(ctx, e));
        routes.exception(EofException.class, (e, ctx) -> gone(ctx, e));
        routes.exception(IOException.class, (e, ctx) -> {
            if (ctx.res().isCommitted()) {
                gone(ctx, e);
            } else {
                unexpected(ctx, e);
            }
        });
        routes.exception(Exception.class, (e, ctx) -> unexpected(ctx, e));
    }

    /** Errors of the virtual machine (memory, or a stack too deep for some data) end one request, not the server. */
    static Problem fatal(Context ctx, Error error) {
        log.error("request failed method={} path={}", ctx.req().getMethod(), ctx.path(), error);
        return new Problem.Internal();
    }

    static void unexpected(Context ctx, Exception e) {
        log.error("request failed method={} path={}", ctx.req().getMethod(), ctx.path(), e);
        answer(ctx, new Problem.Internal());
    }

    static void gone(Context ctx, IOException e) {
        if (HeadHandler.asked(ctx)) {
            return; // it wanted no more than the headers
        }
        log.debug("client left path={} cause={}", ctx.path(), e.toString());
        ResponseStream.abort(ctx);
    }

    static Problem known(HttpResponseException e, Context ctx) {
        if (Guard.overridesMethod(ctx)) {
            return Guard.overrideRefused(); // what was not found is the other method, which nobody sees in the request
        }
        return switch (e.getStatus()) {
            case 404 -> new Problem.NotFound("not_found", "There is nothing at this address.", null);
            case 405 -> new Problem.MethodNotAllowed(ctx.req().getMethod(), allowed(e));
            case 413 -> new Problem.TooLarge(Rule.MEBIBYTE);
            case 500 -> new Problem.Internal();
            default -> new Problem.BadRequest("This request cannot be answered (" + e.getStatus() + ").");
        };
    }

    /** What Javalin found under its one key, and HEAD where there is a GET ({@link HeadHandler}). */
    private static String allowed(HttpResponseException e) {
        var methods = String.join(", ", e.getDetails().values());
        return methods.replaceFirst("\\bGET\\b(?!, HEAD\\b)", "GET, HEAD");
    }

    static void answer(Context ctx, Problem problem) {
        if (ctx.res().isCommitted()) {
            // the status is out: only a cut connection tells the client that what it has is not the whole
            ResponseStream.abort(ctx);
            return;
        }
        Surface declared = ctx.attribute(SURFACE);
        var surface = declared == null ? surfaceOf(ctx.path()) : declared;
        Rest.take(ctx);
        problem.headers().forEach(ctx.res()::setHeader);
        ObjectNode body = surface.render(problem, ctx);
        if (surface == Surface.COURSE) {
            CourseErrors.addHeaders(ctx);
        } else if (declared == null) {
            forAnybody(body, problem, RequestId.of(ctx));
        }
        ctx.status(surface.status(problem)).json(body);
        if (ctx.attribute(UPGRADE) != null) {
            writeNow(ctx);
        }
    }

    /** Nobody knows which client asks for a path that no route has: every field that one may look for. */
    private static ObjectNode forAnybody(ObjectNode body, Problem problem, String requestId) {
        body.put("detail", problem.explain());
        if (!body.has("error")) {
            body.setAll(Surface.OPENAI.render(problem, requestId));
        }
        return body;
    }

    /** For a request that never became one: the body of its refusal by {@code path} alone; {@code arrival} in epoch milliseconds. */
    static ObjectNode bodyOf(Problem problem, String path, long arrival, String requestId) {
        var surface = surfaceOf(path);
        return surface == Surface.COURSE
                ? CourseErrors.body(problem, path, arrival, requestId)
                : forAnybody(surface.render(problem, requestId), problem, requestId);
    }

    private static void writeNow(Context ctx) {
        try (var text = ctx.resultInputStream()) {
            if (text != null) {
                text.transferTo(ctx.res().getOutputStream());
            }
        } catch (IOException e) {
            gone(ctx, e);
        }
    }

    /** For paths that no route has claimed; claimed ones name their surface. */
    private static Surface surfaceOf(String path) {
        if (path.startsWith("/v1/messages")) {
            return Surface.ANTHROPIC;
        }
        if (path.startsWith("/v1/") || path.startsWith("/openai/")) {
            return Surface.OPENAI;
        }
        if (CourseErrors.owns(path)) {
            return Surface.COURSE;
        }
        return path.startsWith("/ollama/") ? Surface.OLLAMA : Surface.WEBUI;
    }
}
