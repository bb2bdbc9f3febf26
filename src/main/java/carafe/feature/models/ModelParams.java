package carafe.feature.models;

import carafe.engine.llm.OllamaParams;
import carafe.platform.http.Caller;
import carafe.platform.http.Json;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Puts what a workspace model says into a chat completion request. As in Open WebUI its parameters replace those of the
 * request, because who made the model set them for good, and its system prompt comes before the request's.
 */
final class ModelParams {
    private static final List<String> NAMES = List.of(
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "max_tokens",
            "frequency_penalty",
            "presence_penalty",
            "repeat_penalty",
            "reasoning_effort",
            "seed",
            "stop",
            "logit_bias",
            "response_format");
    private static final Pattern VARIABLE = Pattern.compile("\\{\\{\\s*([A-Z_]+)\\s*}}");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final ObjectMapper mapper;
    private final Clock clock;

    ModelParams(ObjectMapper mapper, Clock clock) {
        this.mapper = mapper;
        this.clock = clock;
    }

    /** Changes {@code body}. */
    void apply(ObjectNode body, ObjectNode params, Caller caller) {
        for (var name : NAMES) {
            var value = params.get(name);
            if (value != null && !value.isNull()) {
                body.set(name, value);
            }
        }
        OllamaParams.names()
                .filter(params::hasNonNull)
                .forEach(name -> OllamaParams.put(body, name, Json.typed(params.get(name))));
        if (params.get("custom_params") instanceof ObjectNode custom) {
            custom.properties().forEach(field -> body.set(field.getKey(), Json.typed(field.getValue())));
        }
        var system = params.path("system").asText("");
        if (!system.isBlank() && body.get("messages") instanceof ArrayNode messages) {
            body.set("messages", withSystem(messages, filled(system, caller)));
        }
    }

    /** Sets the parameters that {@code body} leaves open. */
    void fill(ObjectNode body, ObjectNode defaults) {
        for (var name : NAMES) {
            var value = defaults.get(name);
            if (value != null && !value.isNull() && !body.hasNonNull(name)) {
                body.set(name, value);
            }
        }
        OllamaParams.names()
                .filter(name -> defaults.hasNonNull(name) && !OllamaParams.has(body, name))
                .forEach(name -> OllamaParams.put(body, name, Json.typed(defaults.get(name))));
    }

    private static ArrayNode withSystem(ArrayNode messages, String system) {
        var result = JsonNodeFactory.instance.arrayNode();
        var first = result.addObject().put("role", "system");
        int next = 0;
        if (messages.path(0).path("role").asText().equals("system")
                && messages.path(0).path("content").isTextual()) {
            first.put("content", system + "\n" + messages.get(0).path("content").textValue());
            next = 1;
        } else {
            first.put("content", system);
        }
        for (int i = next; i < messages.size(); i++) {
            result.add(messages.get(i));
        }
        return result;
    }

    private String filled(String text, Caller caller) {
        var now = LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        return VARIABLE.matcher(text).replaceAll(match -> {
            var value = switch (match.group(1)) {
                case "CURRENT_DATE" -> now.toLocalDate().toString();
                case "CURRENT_TIME" -> TIME.format(now);
                case "CURRENT_DATETIME" -> now.toLocalDate() + " " + TIME.format(now);
                case "CURRENT_WEEKDAY" -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
                case "CURRENT_TIMEZONE" -> "UTC";
                case "USER_NAME" -> !caller.hasPerson() ? "" : caller.person().name();
                case "USER_EMAIL" -> !caller.hasPerson() ? "" : caller.person().email();
                default -> match.group();
            };
            return java.util.regex.Matcher.quoteReplacement(value);
        });
    }
}
