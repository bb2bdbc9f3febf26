package carafe.engine.workflow;

/** Something wrong, or suspicious, in a description. {@code nodeId} is empty when it is about the whole. */
public record Finding(FlowCode code, String nodeId, String message, boolean warning) {
    static Finding error(FlowCode code, String nodeId, String message) {
        return new Finding(code, nodeId, message, false);
    }

    static Finding warning(String nodeId, String message) {
        return new Finding(FlowCode.DSL_INVALID, nodeId, message, true);
    }
}
