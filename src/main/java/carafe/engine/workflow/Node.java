package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node of a workflow.
 *
 * @param type the part of the id before {@code ::}, which decides what it does
 * @param alias the name that people gave it
 */
public record Node(
        String id, String type, String alias, List<Input> inputs, List<Output> outputs, Task task, Retry retry) {
    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** A value that the node reads under {@code name}; conditions name it by {@code id}. */
    record Input(String id, String name, String type, Source source) {}

    sealed interface Source {
        /** An output of another node; {@code path} begins with its name. */
        record Ref(String nodeId, FieldPath path) implements Source {}

        record Literal(JsonNode value) implements Source {}
    }

    /** A value that the node leaves. {@code schema} is a part of JSON Schema. */
    record Output(String name, boolean required, ObjectNode schema, boolean file, List<String> allowed) {
        public Output {
            allowed = List.copyOf(allowed);
        }

        String type() {
            return schema.path("type").asText("string");
        }
    }

    /** What happens when the node fails. */
    enum OnError {
        FAIL,
        DEFAULT,
        BRANCH
    }

    /**
     * @param asked whether anything but failing at once was asked for; without it attempts and strategy do not count
     * @param timeoutMs how long one attempt may take, or for streams how long the next piece may
     */
    record Retry(
            boolean asked,
            int attempts,
            long timeoutMs,
            OnError onError,
            @Nullable ObjectNode custom) {}

    boolean hasFailureBranch() {
        return retry.asked() && retry.onError() == OnError.BRANCH;
    }

    /** Whether it writes into the answer. */
    boolean speaks() {
        return task instanceof Task.End || task instanceof Task.Message;
    }

    /** Whether its model's answer may be passed on while it is written. */
    boolean streams() {
        return (task instanceof Task.Llm llm && llm.format() != Task.Format.JSON) || task instanceof Task.SubFlow;
    }

    /** The output by this name, or null. */
    @Nullable
    Output output(String name) {
        for (var output : outputs) {
            if (output.name().equals(name)) {
                return output;
            }
        }
        return null;
    }
}
