package carafe.feature.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** Names that are longer in the Anthropic API than OpenAI's takes them: of tools, up to 128 characters, and of users. */
final class ShortNames {
    private static final int MOST = 64;
    private static final int MARK = 8;

    private ShortNames() {}

    /** A tool's name; one that is too long keeps its beginning, and a mark that tells it from others. */
    static String tool(String name) {
        return name.length() <= MOST
                ? name
                : name.substring(0, MOST - MARK - 1) + "_" + Sha256.hex(name).substring(0, MARK);
    }

    /** What stands for a user: programs put whole objects there. */
    static String user(String id) {
        return id.length() <= MOST ? id : Sha256.hex(id);
    }

    /** The names of {@code tools}, of the Anthropic API, that are shortened, by what they become. */
    static Map<String, String> shortened(JsonNode tools) {
        Map<String, String> names = new HashMap<>();
        for (var tool : tools) {
            var name = tool.path("name").asText();
            if (name.length() > MOST) {
                names.put(tool(name), name);
            }
        }
        return names;
    }
}
