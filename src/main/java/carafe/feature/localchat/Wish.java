package carafe.feature.localchat;

import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * How somebody wants an answer written.
 *
 * @param system a prompt for this answer alone
 * @param request fields of the OpenAI API's chat completion request
 */
record Wish(Optional<String> system, ObjectNode request) {
    static final int REST_TOKENS = 150;
    static final int SOCKET_TOKENS = 200;

    private static final double TEMPERATURE = 0.7;
    private static final int MOST_TOKENS = 1_000_000;
    private static final int MOST_STOPS = 16;
    private static final int LONGEST_STOP = 1_000;
    private static final int LONGEST_SYSTEM = 100_000;

    /** @param tokens the most of the answer where the client does not say */
    static Wish of(Fields fields, int tokens) {
        var request = JsonNodeFactory.instance.objectNode();
        request.put("temperature", fields.optionalDouble("temperature", 0, 2).orElse(TEMPERATURE));
        fields.optionalDouble("top_p", 0, 1).ifPresent(value -> request.put("top_p", value)); // 1 changes nothing
        request.put(
                "max_tokens", fields.optionalLong("max_tokens", 1, MOST_TOKENS).orElse((long) tokens));
        var stops = stops(fields);
        if (!stops.isEmpty()) {
            request.set("stop", stops);
        }
        return new Wish(fields.optionalText("system", LONGEST_SYSTEM), request);
    }

    private static ArrayNode stops(Fields fields) {
        var stops = JsonNodeFactory.instance.arrayNode();
        if (fields.has("stop") && fields.node().get("stop").isTextual()) {
            fields.optionalText("stop", LONGEST_STOP).ifPresent(stops::add);
        } else {
            fields.optionalArray("stop").ifPresent(stops::addAll);
        }
        boolean fits = stops.size() <= MOST_STOPS
                && stops.valueStream()
                        .allMatch(stop -> stop.isTextual()
                                && !stop.textValue().isEmpty()
                                && stop.textValue().length() <= LONGEST_STOP);
        if (!fits) {
            var place = fields.path("stop");
            throw new Problem.Unprocessable(
                    "'" + place + "' must be a short string, or a list of at most " + MOST_STOPS + " of them.", place);
        }
        return stops;
    }
}
