package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a workflow that somebody exported, YAML 1.2 or JSON, which is a part of it. Tags make nothing but plain values,
 * aliases are few, and text and depth are bounded as the console bounds them.
 */
final class FlowText {
    static final int MOST = 20 << 20;
    private static final int DEPTH = 50;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private FlowText() {}

    static JsonNode read(String text) {
        var settings = LoadSettings.builder()
                .setCodePointLimit(MOST)
                .setMaxAliasesForCollections(50)
                .setAllowDuplicateKeys(false)
                .setAllowRecursiveKeys(false)
                .setUseMarks(false)
                .build();
        try {
            return node(new Load(settings).loadFromString(text), 0);
        } catch (YamlEngineException | StackOverflowError e) {
            throw new FlowFailure(
                    FlowCode.DSL_INVALID, "this is no YAML: " + firstLine(String.valueOf(e.getMessage())));
        }
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    private static JsonNode node(@Nullable Object value, int depth) {
        if (depth > DEPTH) {
            throw new FlowFailure(FlowCode.DSL_INVALID, "it is nested more than " + DEPTH + " levels deep");
        }
        return switch (value) {
            case null -> JSON.nullNode();
            case Map<?, ?> map -> {
                var object = JSON.objectNode();
                map.forEach((key, one) -> object.set(String.valueOf(key), node(one, depth + 1)));
                yield object;
            }
            case List<?> list -> {
                var array = JSON.arrayNode();
                list.forEach(one -> array.add(node(one, depth + 1)));
                yield array;
            }
            case Boolean flag -> JSON.booleanNode(flag);
            case Integer number -> JSON.numberNode(number);
            case Long number -> JSON.numberNode(number);
            case BigInteger number -> JSON.numberNode(number);
            case Double number -> JSON.numberNode(number);
            default -> JSON.textNode(value.toString());
        };
    }
}
