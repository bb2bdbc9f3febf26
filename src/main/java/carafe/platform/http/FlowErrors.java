package carafe.platform.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.math.BigDecimal;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;

/**
 * Errors of the workflow API: status 200, a number that clients look at, and one of two forms. Source: the contract,
 * sections 1.3 and 5, after the Astron workflow service.
 */
final class FlowErrors {
    /** The request attribute with the id that this API has for each request. */
    static final String SID = "carafe.sid";

    private FlowErrors() {}

    static ObjectNode body(Problem problem, Context ctx) {
        String own = ctx.attribute(SID);
        var sid = own == null ? RequestId.of(ctx) : own;
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("code", number(problem))
                .put("message", message(problem));
        var path = ctx.path();
        if (path.endsWith("/chat/completions") || path.endsWith("/resume")) {
            long ms = Request.getTimeStamp(ServletContextRequest.getServletContextRequest(ctx.req()));
            return body.put("id", sid)
                    .put("created", BigDecimal.valueOf(ms).setScale(3)); // a fraction, as clients know it
        }
        return body.put("sid", sid);
    }

    static int number(Problem problem) {
        return switch (problem) {
            case Problem.Flow flow -> flow.number();
            case Problem.Unauthenticated stranger -> stranger.proof() == Caller.Proof.NONE ? 460 : 20001;
            case Problem.Forbidden f -> 20005;
            case Problem.RoleTooLow r -> 20005;
            case Problem.NotYours n -> 20201;
            case Problem.NotFound n -> 20201;
            case Problem.TooMany t -> 20900;
            case Problem.Upstream u -> 20805;
            case Problem.Internal i -> 20805;
            default -> 460;
        };
    }

    static String message(Problem problem) {
        if (problem instanceof Problem.Unauthenticated stranger) {
            return stranger.proof() == Caller.Proof.NONE
                    ? "authorization header is required"
                    : "The key is not known, its secret is another, or the sign-in is over.";
        }
        return problem.explain();
    }
}
