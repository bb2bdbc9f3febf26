package carafe.feature.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The headers that are set in every request, as JSON: one object of names and plain values; names in {@code __} are remarks. */
final class CustomHeaders {
    private static final Logger log = LoggerFactory.getLogger(CustomHeaders.class);
    private static final int MOST = 50;
    private static final int LONGEST_VALUE = 8192;

    private CustomHeaders() {}

    /** What a file says; nothing when it makes no sense, which the log tells. */
    static Map<String, String> read(String json, ObjectMapper mapper) {
        if (json.isBlank()) {
            return Map.of();
        }
        try {
            if (mapper.readTree(json) instanceof ObjectNode object) {
                return valid(object);
            }
            log.warn("the file of custom headers is not a JSON object and is ignored");
        } catch (JsonProcessingException e) {
            log.warn(
                    "the file of custom headers is not JSON and is ignored line={}",
                    e.getLocation().getLineNr());
        }
        return Map.of();
    }

    private static Map<String, String> valid(ObjectNode object) {
        var headers = new LinkedHashMap<String, String>();
        for (var field : object.properties()) {
            var problem = problem(field.getKey(), field.getValue());
            if (problem.isPresent()) {
                log.warn("a custom header is ignored: {}", problem.get());
            } else if (!field.getKey().startsWith("__") && headers.size() < MOST) {
                headers.put(field.getKey(), field.getValue().asText());
            }
        }
        return headers;
    }

    /** Why this header cannot be set, if it cannot. */
    static Optional<String> problem(String name, JsonNode value) {
        if (name.startsWith("__")) {
            return Optional.empty();
        }
        if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")) {
            return Optional.of("'" + name + "' is not a name of a header");
        }
        if (Rules.NOT_OURS.contains(name.toLowerCase(Locale.ROOT))) {
            return Optional.of("'" + name + "' belongs to the connection and cannot be set");
        }
        if (!value.isValueNode() || value.isNull()) {
            return Optional.of("the value of '" + name + "' must be text, a number, true or false");
        }
        var text = value.asText();
        if (text.length() > LONGEST_VALUE || text.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 127)) {
            return Optional.of("the value of '" + name + "' holds control characters or is too long");
        }
        return Optional.empty();
    }
}
