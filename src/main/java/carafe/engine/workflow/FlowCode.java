package carafe.engine.workflow;

/**
 * The numbers that clients of the workflow API know, with their standard texts. Source: section 5 of the contract, which
 * follows the Astron workflow service; 23901 is ours, for a second answer to the same question.
 */
public enum FlowCode {
    OK(0, "Success"),
    INVALID(460, "Invalid request"),
    APP_UNKNOWN(20001, "The app could not be found"),
    NOT_TENANT(20002, "The app is not a tenant"),
    PLATFORM(20003, "The app may not publish on this platform"),
    NOT_BOUND(20004, "The app is not bound to the workflow"),
    FOREIGN(20005, "The app has no right to this"),
    NOT_AVAILABLE(20006, "The operation is not available"),
    DSL(20100, "The workflow is not valid"),
    CREATE(20102, "The workflow could not be created"),
    DELETE(20103, "The workflow could not be deleted"),
    UPDATE(20104, "The workflow could not be changed"),
    FLOW_UNKNOWN(20201, "The workflow could not be found"),
    NOT_PUBLISHED(20204, "The workflow is not published"),
    PUBLISH(20206, "The workflow could not be published"),
    VERSION_UNKNOWN(20208, "The version could not be found"),
    EMPTY_ANSWER(20303, "The model's answer is empty"),
    RATE_LIMITED(20357, "The model takes no more requests for now"),
    MODERATED(20363, "The model refused the content"),
    CONTEXT(20372, "The text is too long for the model"),
    MODEL(20380, "The model request failed"),
    KNOWLEDGE(20500, "The knowledge request failed"),
    VARIABLE_GET(20600, "The variable could not be read"),
    VARIABLE_SET(20601, "The variable could not be stored"),
    STREAM(20804, "The run was silent for too long"),
    CHAT(20805, "The run failed"),
    BUSY(20900, "Too many runs at once"),
    DATABASE(21000, "The database failed"),
    CODE(21600, "The code failed"),
    CODE_NO_MAIN(21601, "The code has no function main"),
    CODE_RESULT(21602, "The code's result has another type than its output"),
    CODE_TIMEOUT(21603, "The code took too long"),
    NODE_DEBUG(21700, "The node could not be tried"),
    TOOL(21800, "The tool request failed"),
    TOOL_ANSWER(21801, "The tool's answer could not be read"),
    EXTRACTION(21900, "The parameters could not be extracted"),
    DSL_INVALID(22100, "The description is not valid"),
    NODE_TYPE(22101, "The node type is not supported"),
    BUILD(22300, "The workflow could not be built"),
    RUN(22301, "The workflow could not be run"),
    NODE_RUN(22302, "The node could not be run"),
    CANCELLED(22303, "The run was cancelled"),
    LOST(22304, "A step was interrupted and must not be repeated"),
    START(22500, "The parameters do not fit the start node"),
    END(22601, "The end node failed"),
    MESSAGE(22701, "The message node failed"),
    SUB_FLOW(22801, "The sub-workflow failed"),
    SUB_FLOW_JSON(22802, "The sub-workflow's answer is not JSON"),
    VARIABLE(22900, "The variable node failed"),
    IF(23100, "The condition failed"),
    ITERATION(23200, "The iteration failed"),
    LLM(23300, "The model node failed"),
    PLUGIN(23400, "The plugin node failed"),
    JOINER(23500, "The text node failed"),
    FILE(23601, "The file is not allowed"),
    FILE_VARIABLE(23602, "The file variable is not valid"),
    FILE_LINK(23603, "The file's address does not lead to a file"),
    FILE_STORAGE(23604, "The file could not be stored"),
    AGENT(23700, "The agent node failed"),
    QUESTION(23800, "The question node failed"),
    ANSWER_REFUSED(23802, "The answer was not accepted"),
    EVENT(23900, "The event is unknown, over, or does not wait"),
    EVENT_TAKEN(23901, "The event was answered already");

    private final int number;
    private final String text;

    FlowCode(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public int number() {
        return number;
    }

    /** {@code <standard text>(<detail>)}, the form that all messages have. */
    public String explain(String detail) {
        return detail.isEmpty() ? text : text + "(" + detail + ")";
    }
}
