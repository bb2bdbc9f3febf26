package carafe.feature.localchat;

import carafe.engine.llm.LlmFailure;
import carafe.platform.http.Problem;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** What a client is told of a failure: {@code {type, message, param, code}} of its surface. */
final class Failures {
    private Failures() {}

    static Problem problem(LlmFailure failure) {
        if (failure.code().equals("model_not_found") && failure.body() == null) {
            return new Problem.BadRequest("model_not_found", failure.message(), "model");
        }
        if (failure.code().equals("internal_error")) {
            return new Problem.Internal();
        }
        Map<String, String> headers =
                failure.retryAfter() == null ? Map.of() : Map.of("Retry-After", failure.retryAfter());
        return new Problem.Upstream(status(failure), failure.code(), failure.message(), headers, null);
    }

    /** An upstream that rejects our key is a fault of this server's set-up; to the client 401 would mean its own key. */
    private static int status(LlmFailure failure) {
        return switch (failure.status()) {
            case 400, 429, 502, 503, 504 -> failure.status();
            default -> 502;
        };
    }

    static ObjectNode error(Problem problem) {
        return (ObjectNode) Surface.LOCAL.render(problem, "").path("error");
    }
}
