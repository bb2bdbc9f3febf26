package carafe.feature.gateway;

import carafe.engine.llm.LlmFailure;
import carafe.platform.http.Problem;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a caller is told of a failed model call, in the words of its protocol. */
final class Failures {
    private final ObjectMapper mapper;

    Failures(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    Problem problem(LlmFailure failure, Surface surface) {
        if (failure.code().equals("model_not_found") && failure.body() == null) {
            return surface == Surface.WEBUI
                    ? new Problem.BadRequest("Model not found")
                    : new Problem.NotFound("model_not_found", failure.message(), "model");
        }
        Map<String, String> headers =
                failure.retryAfter() == null ? Map.of() : Map.of("Retry-After", failure.retryAfter());
        return new Problem.Upstream(status(failure), failure.code(), failure.message(), headers, own(failure.body()));
    }

    /** An upstream that rejects our key is a fault of this server's set-up; to the caller 401 would mean its own key. */
    private static int status(LlmFailure failure) {
        return failure.status() == 401 || failure.status() == 403 ? 502 : failure.status();
    }

    private @Nullable ObjectNode own(@Nullable String body) {
        if (body == null) {
            return null;
        }
        try {
            return mapper.readTree(body) instanceof ObjectNode object
                            && object.path("error").isObject()
                    ? object
                    : null;
        } catch (JsonProcessingException e) {
            return null; // not JSON: our own words are better than a page of HTML
        }
    }
}
