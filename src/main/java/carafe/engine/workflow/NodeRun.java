package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One node while it is at work: what it reads, and what it may tell the run meanwhile. */
final class NodeRun {
    static final String REASONING = "REASONING_CONTENT";

    private final Execution run;
    private final Round round;
    private final int number;
    private final Node node;
    private final String path;
    private final ObjectNode inputs;
    private final List<Step.Piece> pieces = new ArrayList<>();
    private int attempt = 1;

    NodeRun(Execution run, Round round, int number, Node node, String path, ObjectNode inputs) {
        this.run = run;
        this.round = round;
        this.number = number;
        this.node = node;
        this.path = path;
        this.inputs = inputs;
    }

    Execution run() {
        return run;
    }

    Round round() {
        return round;
    }

    int number() {
        return number;
    }

    Node node() {
        return node;
    }

    String path() {
        return path;
    }

    ObjectNode inputs() {
        return inputs;
    }

    List<Step.Piece> pieces() {
        return pieces;
    }

    int attempt() {
        return attempt;
    }

    void attempt(int newAttempt) {
        attempt = newAttempt;
    }

    Stop stop() {
        return round.stop;
    }

    Services services() {
        return run.services;
    }

    Duration limit() {
        return Duration.ofMillis(node.retry().timeoutMs());
    }

    JsonNode input(String name) {
        return inputs.path(name);
    }

    /** The value of the input with this id. */
    JsonNode inputById(String id) {
        for (var input : node.inputs()) {
            if (input.id().equals(id)) {
                return inputs.path(input.name());
            }
        }
        return Dsl.missing();
    }

    /** Its first input, or an empty text. */
    JsonNode firstInput() {
        return node.inputs().isEmpty()
                ? Values.zero("string")
                : input(node.inputs().getFirst().name());
    }

    String fill(Template template) {
        return template.fill(this::input);
    }

    /** The output that texts go to: the first that is not for thoughts. */
    static String textOutput(Node node) {
        for (var output : node.outputs()) {
            if (!output.name().equals(REASONING)) {
                return output.name();
            }
        }
        return "output";
    }

    String textOutput() {
        return textOutput(node);
    }

    /** A piece of an answer that is passed on as it comes. */
    void tell(String text, boolean reasoning) {
        run.lock.lock();
        try {
            var piece = new Step.Piece(run.event(null, stop()), text, reasoning);
            pieces.add(piece);
            round.hear(number, piece);
            run.flushWords();
        } finally {
            run.lock.unlock();
        }
    }
}
