package carafe.feature.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;

/** The object of OpenAI's Responses API around the items of one answer; it repeats what was asked. */
final class ResponseObject {
    private final ObjectMapper mapper;
    private final ResponseItems items;
    private final String id;
    private final ObjectNode request;
    private final long created;

    /** @param created in seconds since 1970 */
    ResponseObject(ObjectMapper mapper, ResponseItems items, String id, ObjectNode request, long created) {
        this.mapper = mapper;
        this.items = items;
        this.id = id;
        this.request = request;
        this.created = created;
    }

    /** @param status of the API: in_progress, completed, incomplete or failed */
    ObjectNode of(String status, Collected answer, Collection<ObjectNode> output) {
        var response = mapper.createObjectNode()
                .put("id", "resp_" + id)
                .put("object", "response")
                .put("created_at", created)
                .put("status", status)
                .put("background", false)
                .putNull("error");
        if (status.equals("incomplete")) {
            response.putObject("incomplete_details")
                    .put("reason", answer.reason().equals("length") ? "max_output_tokens" : "content_filter");
        } else {
            response.putNull("incomplete_details");
        }
        for (var name : List.of("instructions", "max_output_tokens", "model", "temperature", "top_p", "user")) {
            response.set(name, request.path(name).isMissingNode() ? mapper.nullNode() : request.get(name));
        }
        response.putNull("previous_response_id").put("store", false).put("truncation", "disabled");
        response.put("parallel_tool_calls", request.path("parallel_tool_calls").asBoolean(true));
        response.set(
                "tool_choice",
                request.hasNonNull("tool_choice")
                        ? request.get("tool_choice")
                        : mapper.getNodeFactory().textNode("auto"));
        response.set("tools", request.hasNonNull("tools") ? request.get("tools") : mapper.createArrayNode());
        response.set("metadata", request.hasNonNull("metadata") ? request.get("metadata") : mapper.createObjectNode());
        response.set("text", request.hasNonNull("text") ? request.get("text") : items.plainText());
        response.set("reasoning", request.hasNonNull("reasoning") ? request.get("reasoning") : items.noReasoning());
        ArrayNode list = response.putArray("output");
        output.forEach(list::add);
        response.set("usage", status.equals("in_progress") ? mapper.nullNode() : items.usage(answer.usage()));
        return response;
    }
}
