package carafe.engine.workflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node came to.
 *
 * @param errors set when a failure was made up for, by default values or by the failure branch ({@code branched})
 */
record Result(
        ObjectNode outputs,
        String handle,
        Usage usage,
        String raw,
        List<Step.Piece> pieces,
        @Nullable ObjectNode errors,
        boolean branched,
        int attempts) {
    static final String FAILURE = "fail_one_of";

    static Result of(ObjectNode outputs) {
        return new Result(outputs, "", Usage.NONE, "", List.of(), null, false, 1);
    }

    static Result of(String output, com.fasterxml.jackson.databind.JsonNode value) {
        return of(Values.object().set(output, value));
    }

    Result by(String newHandle) {
        return new Result(outputs, newHandle, usage, raw, pieces, errors, branched, attempts);
    }

    Result costing(Usage newUsage, String newRaw) {
        return new Result(outputs, handle, newUsage, newRaw, pieces, errors, branched, attempts);
    }

    Result after(int tries, List<Step.Piece> heard) {
        return new Result(outputs, handle, usage, raw, heard, errors, branched, tries);
    }

    static Result of(Step step) {
        boolean branched = step.handle().equals(FAILURE);
        return new Result(
                step.outputs(),
                branched ? "" : step.handle(),
                step.usage(),
                step.raw(),
                step.pieces(),
                step.errors(),
                branched,
                step.attempts());
    }
}
