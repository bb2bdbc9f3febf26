package carafe.feature.workflows;

import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Keys that people write into descriptions ({@code apiKey}, {@code apiSecret}): sealed where they are stored, stars where they are shown. */
final class Secrets {
    static final String SHOWN = "***";

    private static final String SEALED = "sealed:";
    private static final Set<String> NAMES =
            Set.of("apiKey", "apiSecret", "authorization", "Authorization", "X-Api-Key", "x-api-key");

    private final SecretKeys keys;

    Secrets(SecretKeys keys) {
        this.keys = keys;
    }

    /** A copy for the table. Stars stand for what {@code before} had in the same node. */
    JsonNode sealed(JsonNode data, JsonNode before) {
        return with(data, before, true);
    }

    private JsonNode with(JsonNode data, JsonNode before, boolean top) {
        var copy = data.deepCopy();
        each(copy, "", (path, value) -> {
            if (value.startsWith(SEALED)) {
                return value;
            }
            if (value.equals(SHOWN)) {
                return find(before, path);
            }
            return SEALED + keys.seal(new Secret(value));
        });
        return copy;
    }

    /** A copy to run. */
    JsonNode opened(JsonNode data) {
        return changed(data, value -> {
            if (!value.startsWith(SEALED)) {
                return value;
            }
            try {
                return keys.open(value.substring(SEALED.length())).reveal();
            } catch (SecretKeys.SealBroken e) {
                return ""; // sealed under another key: the call will fail for want of one, and say so
            }
        });
    }

    /** A copy to show. */
    JsonNode hidden(JsonNode data) {
        return changed(data, value -> SHOWN);
    }

    private static JsonNode changed(JsonNode data, UnaryOperator<String> change) {
        var copy = data.deepCopy();
        each(copy, "", (path, value) -> change.apply(value));
        return copy;
    }

    @FunctionalInterface
    private interface Change {
        String to(String path, String value);
    }

    private static void each(JsonNode at, String path, Change change) {
        if (at instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                var id = array.get(i).path("id").asText(Integer.toString(i));
                each(array.get(i), path + "/" + id, change);
            }
        } else if (at instanceof ObjectNode object) {
            for (var one : object.properties()) {
                var value = one.getValue();
                if (NAMES.contains(one.getKey())
                        && value.isTextual()
                        && !value.textValue().isEmpty()) {
                    object.put(one.getKey(), change.to(path + "/" + one.getKey(), value.textValue()));
                } else if (value.isContainerNode()) {
                    each(value, path + "/" + one.getKey(), change);
                }
            }
        }
    }

    private static String find(JsonNode before, String wanted) {
        var found = new StringBuilder();
        each(before.deepCopy(), "", (path, value) -> {
            if (path.equals(wanted)) {
                found.setLength(0);
                found.append(value);
            }
            return value;
        });
        return found.toString();
    }
}
