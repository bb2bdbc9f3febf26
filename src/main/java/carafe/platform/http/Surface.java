package carafe.platform.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;

/**
 * The protocol family that a route speaks. It decides the shape of error bodies, which every client library parses.
 * Sources: the Open WebUI back end, the OpenAI, Anthropic and Ollama APIs, and the contracts of the other surfaces.
 */
public enum Surface {
    WEBUI,
    OPENAI,
    ANTHROPIC,
    OLLAMA,
    COURSE,
    LOCAL,
    FLOW,
    PROXY,
    ENGINE;

    /** The status this surface answers {@code problem} with; some protocols differ from plain HTTP. */
    public int status(Problem problem) {
        return switch (this) {
            // a stock Open WebUI front end takes 401 for a missing role and for somebody else's chat
            case WEBUI ->
                problem instanceof Problem.RoleTooLow || problem instanceof Problem.NotYours ? 401 : problem.status();
            case OPENAI, ANTHROPIC, OLLAMA, LOCAL -> problem.status() == 422 ? 400 : problem.status();
            case COURSE -> CourseCode.of(problem).status();
            case FLOW -> 200;
            case PROXY, ENGINE -> problem.status();
        };
    }

    /** The error body of this surface for {@code problem}, as an answer to {@code ctx}. */
    public ObjectNode render(Problem problem, Context ctx) {
        return switch (this) {
            case COURSE -> CourseErrors.body(problem, ctx);
            case FLOW -> FlowErrors.body(problem, ctx);
            default -> render(problem, RequestId.of(ctx));
        };
    }

    /** The error body of a surface other than COURSE; {@code requestId} is in it where the protocol has room. */
    public ObjectNode render(Problem problem, String requestId) {
        if ((this == OPENAI || this == WEBUI || this == ANTHROPIC)
                && problem instanceof Problem.Upstream upstream
                && upstream.body() != null) {
            var own = upstream.body().deepCopy();
            return this == WEBUI ? own.put("detail", problem.explain()) : own;
        }
        var body = JsonNodeFactory.instance.objectNode();
        switch (this) {
            case WEBUI -> body.put("detail", problem.explain()).put("request_id", requestId);
            case OPENAI ->
                body.putObject("error")
                        .put("message", problem.explain())
                        .put("type", problem.openAiType())
                        .put("param", problem.where())
                        .put("code", problem.code());
            case ANTHROPIC -> {
                body.put("type", "error");
                body.putObject("error").put("type", problem.anthropicType()).put("message", problem.explain());
                body.put("request_id", requestId);
            }
            case OLLAMA -> body.put("error", problem.explain());
            case COURSE, LOCAL, PROXY -> {
                body.putObject("error")
                        .put("code", problem.code().toUpperCase(java.util.Locale.ROOT))
                        .put("message", problem.explain())
                        .put("request_id", requestId);
            }
            case FLOW ->
                body.put("code", FlowErrors.number(problem))
                        .put("message", FlowErrors.message(problem))
                        .put("sid", requestId);
            case ENGINE -> body.put("code", engineCode(problem)).put("message", problem.explain());
        }
        return body;
    }

    /** The numbers of the engine.io server's error answers. */
    private static int engineCode(Problem problem) {
        return switch (problem.code()) {
            case "transport_unknown" -> 0;
            case "session_unknown" -> 1;
            case "bad_handshake_method" -> 2;
            case "unsupported_protocol" -> 5;
            default -> problem.status() == 403 ? 4 : 3;
        };
    }
}
