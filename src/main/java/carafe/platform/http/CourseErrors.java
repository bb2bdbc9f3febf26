package carafe.platform.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;

/** What the code and course API says around its answers: its version in headers, and its error body. */
public final class CourseErrors {
    private static final String VERSION = "v1";
    private static final Pattern PATHS = Pattern.compile(
            "/api/(v\\d+/(code|sandbox|lessons|courses|errors|progress|submissions|chat-history)|execute|hint|sandbox|lessons"
                    + "|users|progress|submissions|chat-history|migrate)(/.*)?"
                    + "|/api/(v\\d+/)?chat/?");

    private CourseErrors() {}

    /** Whether an address that no route has claimed looks like one of this API. */
    static boolean owns(String path) {
        return PATHS.matcher(path).matches();
    }

    static void addHeaders(Context ctx) {
        ctx.res().setHeader("X-API-Version", VERSION);
        ctx.res().setHeader("X-Supported-Versions", VERSION);
    }

    /** The path names the version; a header that names another one is a mistake and not a wish. */
    static void checkVersion(Context ctx) {
        var wanted = ctx.header("X-API-Version");
        if (wanted != null && !wanted.strip().equals(VERSION)) {
            throw new Problem.BadRequest("This version is not supported; supported: " + VERSION + ".", "X-API-Version");
        }
    }

    /** {@code {"error": {code, message, path, timestamp, request_id, details?}}}; the timestamp is in seconds. */
    public static ObjectNode body(Problem problem, Context ctx) {
        var body = JsonNodeFactory.instance.objectNode();
        var error = body.putObject("error")
                .put("code", CourseCode.of(problem).name())
                .put("message", message(problem))
                .put("path", ctx.path())
                .put("timestamp", BigDecimal.valueOf(arrival(ctx), 3))
                .put("request_id", RequestId.of(ctx));
        var details = details(problem);
        var rule = problem instanceof Problem.RoleTooLow ? ctx.endpoint().metadata(Rule.class) : null;
        if (rule != null && rule.permission() != null) {
            details.put("resource", rule.permission().wire());
        }
        if (!details.isEmpty()) {
            error.set("details", details);
        }
        return body;
    }

    private static String message(Problem problem) {
        return problem instanceof Problem.RoleTooLow ? "Insufficient permissions" : problem.explain();
    }

    /** Milliseconds since 1970. */
    private static long arrival(Context ctx) {
        return Request.getTimeStamp(ServletContextRequest.getServletContextRequest(ctx.req()));
    }

    private static ObjectNode details(Problem problem) {
        var details = problem instanceof Problem.Course own
                ? own.details().deepCopy()
                : JsonNodeFactory.instance.objectNode();
        if (CourseCode.of(problem) == CourseCode.VALIDATION_ERROR) {
            var field = problem.where() == null ? "body" : problem.where();
            details.put("field", field);
            details.withArray("validation_errors")
                    .addObject()
                    .put("field", field)
                    .put("message", problem.explain())
                    .put("type", type(problem));
        }
        var wait = problem.headers().get("Retry-After");
        if (wait != null && wait.matches("\\d{1,9}")) {
            details.put("retry_after", Integer.parseInt(wait));
        }
        return details;
    }

    private static String type(Problem problem) {
        if (problem instanceof Problem.Unprocessable shape) {
            return shape.mistake().wire();
        }
        return problem.code().equals("invalid_json") ? "json_invalid" : Problem.Mistake.VALUE.wire();
    }
}
