package carafe.feature.gateway;

import com.fasterxml.jackson.databind.JsonNode;

/** Whether OpenAI's API takes a JSON schema as strict: it wants objects closed, with all of their fields required. */
final class StrictSchema {
    private StrictSchema() {}

    static boolean fits(JsonNode schema) {
        if (schema.path("properties").isObject() && !isClosed(schema)) {
            return false;
        }
        for (var inner : schema) {
            if (!fits(inner)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isClosed(JsonNode schema) {
        return schema.path("additionalProperties").isBoolean()
                && !schema.path("additionalProperties").asBoolean()
                && schema.path("required").size() == schema.path("properties").size();
    }
}
