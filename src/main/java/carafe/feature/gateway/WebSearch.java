package carafe.feature.gateway;

import carafe.engine.llm.ChatFields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The tool by which a server searches the web, as a chat completion request asks for it: {@code web_search_options}. */
final class WebSearch {
    private static final List<String> DOMAINS = List.of("allowed_domains", "blocked_domains");
    private static final List<String> PLACE = List.of("city", "region", "country", "timezone");

    private WebSearch() {}

    /** Whether a tool, or a choice of one, of the Responses API is this. */
    static boolean isResponses(JsonNode tool) {
        return tool.path("type").asText().startsWith("web_search");
    }

    /** @throws Problem.BadRequest for a limit that no other server keeps */
    static void ofResponses(JsonNode tool, String where, JsonNode most, ObjectNode chat) {
        if (!tool.path("external_web_access").asBoolean(true)) {
            throw new Problem.BadRequest(
                    "unsupported_parameter",
                    "'" + where + ".external_web_access' is not possible: this model's server searches the web itself.",
                    where + ".external_web_access");
        }
        var options = options(tool, tool.path("filters"), chat);
        copy(tool, "search_context_size", options);
        if (most.isIntegralNumber()) {
            options.set("max_uses", most);
        }
    }

    static void ofAnthropic(JsonNode tool, ObjectNode chat) {
        copy(tool, "max_uses", options(tool, tool, chat));
    }

    private static ObjectNode options(JsonNode tool, JsonNode domains, ObjectNode chat) {
        var options = chat.putObject(ChatFields.SEARCH);
        DOMAINS.forEach(name -> copy(domains, name, options));
        var from = tool.path("user_location");
        if (from.isObject()) {
            var location = options.putObject("user_location").put("type", "approximate");
            var place = location.putObject("approximate");
            PLACE.forEach(name -> copy(from, name, place));
        }
        return options;
    }

    private static void copy(JsonNode from, String name, ObjectNode to) {
        if (from.hasNonNull(name)) {
            to.set(name, from.get(name));
        }
    }
}
