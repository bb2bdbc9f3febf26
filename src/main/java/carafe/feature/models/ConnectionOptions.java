package carafe.feature.models;

import carafe.platform.http.Fields;
import carafe.platform.http.Json;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What Open WebUI's admins set beside the address of a server.
 *
 * @param prefix comes before the names of its models, with a dot between, so that two servers' do not collide
 * @param models the only ones that are offered; empty: whatever the server lists
 * @param tags shown at each of its models
 * @param type external or local, for the badge in lists
 */
record ConnectionOptions(String prefix, List<String> models, List<String> tags, String type) {
    static final ConnectionOptions NONE = new ConnectionOptions("", List.of(), List.of(), "external");

    private static final ObjectMapper MAPPER = Json.mapper();
    private static final int MOST = 500;
    private static final int MAX_NAME = 256;

    ConnectionOptions {
        models = List.copyOf(models);
        tags = List.copyOf(tags);
    }

    /** What clients call the model that the server calls {@code upstreamName}. */
    String named(String upstreamName) {
        return prefix.isEmpty() ? upstreamName : prefix + "." + upstreamName;
    }

    /** @throws Problem for what this server cannot do, rather than to drop it in silence */
    static ConnectionOptions read(Fields fields) {
        for (var name : new String[] {"headers", "api_version"}) {
            if (!fields.node().path(name).isEmpty()
                    || !fields.node().path(name).asText("").isEmpty()) {
                throw new Problem.BadRequest("'" + fields.path(name) + "' is not supported here.", fields.path(name));
            }
        }
        if (fields.optionalBool("azure").orElse(false)
                || fields.optionalText("provider", 50).orElse("").startsWith("azure")) {
            throw new Problem.BadRequest("Azure's own protocol is not supported here.", fields.path("provider"));
        }
        var auth = fields.optionalText("auth_type", 50).orElse("bearer");
        if (!Set.of("bearer", "none", "").contains(auth)) {
            throw new Problem.BadRequest(
                    "'" + fields.path("auth_type") + "' must be bearer or none.", fields.path("auth_type"));
        }
        return new ConnectionOptions(
                fields.optionalText("prefix_id", 64).orElse("").strip(),
                names(fields, "model_ids"),
                names(fields, "tags"),
                fields.optionalText("connection_type", 20)
                        .filter("local"::equals)
                        .orElse("external"));
    }

    /** Names, also where they come as objects with a name. */
    private static List<String> names(Fields fields, String field) {
        var names = new ArrayList<String>();
        for (var node : fields.optionalArray(field).orElseGet(JsonNodeFactory.instance::arrayNode)) {
            var name = (node.isTextual() ? node.textValue() : node.path("name").asText("")).strip();
            if (name.isEmpty() || name.length() > MAX_NAME || names.size() >= MOST) {
                throw new Problem.Unprocessable(
                        "'" + fields.path(field) + "' must be at most " + MOST + " names.", fields.path(field));
            }
            names.add(name);
        }
        return names;
    }

    static ConnectionOptions stored(String json) {
        try {
            return MAPPER.readTree(json) instanceof ObjectNode node ? read(new Fields(node, "")) : NONE;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON column holds something else", e);
        }
    }

    ObjectNode json() {
        var node =
                JsonNodeFactory.instance.objectNode().put("prefix_id", prefix).put("connection_type", type);
        models.forEach(node.putArray("model_ids")::add);
        tags(node.putArray("tags"));
        return node;
    }

    void tags(ArrayNode list) {
        tags.forEach(tag -> list.addObject().put("name", tag));
    }
}
