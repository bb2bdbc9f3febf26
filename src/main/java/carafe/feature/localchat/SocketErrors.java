package carafe.feature.localchat;

import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The data of {@code error} events: {@code {type, message, code, retry_after?}}. */
final class SocketErrors {
    private SocketErrors() {}

    static ObjectNode data(Problem problem) {
        var error = Failures.error(problem);
        var data = JsonNodeFactory.instance
                .objectNode()
                .put("type", error.path("type").asText())
                .put("message", problem.explain())
                .put("code", error.path("code").asText());
        var retry = problem.headers().get("Retry-After");
        if (retry != null) {
            data.put("retry_after", retry.matches("\\d{1,9}") ? Long.parseLong(retry) : 0);
        }
        return data;
    }
}
