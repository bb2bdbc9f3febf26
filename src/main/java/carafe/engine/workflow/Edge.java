package carafe.engine.workflow;

/** {@code handle} is empty for the usual way on. */
record Edge(String source, String target, String handle) {
    boolean isFailure() {
        return handle.contains("fail_one_of");
    }
}
