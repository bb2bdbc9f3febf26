package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Does what nodes do, with their tries and what makes up for a failure. */
final class Nodes {
    private static final long FIRST_PAUSE_MS = 200;
    private static final long MOST_PAUSE_MS = 10_000;

    private final Asking asking = new Asking();
    private final Rounds rounds = new Rounds();
    private final Questions questions = new Questions(asking);
    private final Tools tools = new Tools();

    /** @throws FlowFailure when it failed for good, @throws Suspended when it waits for something outside */
    Result run(NodeRun work) {
        var node = work.node();
        var retry = node.retry();
        boolean may = retry.asked() && mayRetry(node.task());
        for (int attempt = 1; ; attempt++) {
            work.attempt(attempt);
            try {
                return once(work).after(attempt, work.pieces());
            } catch (FlowFailure e) {
                boolean heard = node.streams() && !work.pieces().isEmpty();
                if (!may || heard || work.stop().isStopped() || e.code() == FlowCode.CANCELLED) {
                    throw e;
                }
                if (attempt >= retry.attempts()) {
                    return instead(node, e).after(attempt, List.of());
                }
                pause(work, attempt);
            }
        }
    }

    private static boolean mayRetry(Task task) {
        return switch (task) {
            case Task.Plugin p -> true;
            case Task.Code c -> true;
            case Task.Decision d -> true;
            case Task.Knowledge k -> true;
            case Task.Extractor e -> true;
            case Task.Http h -> true;
            case Task.Llm l -> true;
            case Task.SubFlow f -> true;
            default -> false;
        };
    }

    private static void pause(NodeRun work, int attempt) {
        long longest = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(attempt, 10));
        long ms = longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2);
        work.stop().during(() -> {
            Thread.sleep(Duration.ofMillis(ms));
            return true;
        });
    }

    /** What stands in for the result of a node that failed. */
    private static Result instead(Node node, FlowFailure failure) {
        var errors = Values.object().put("errorCode", failure.number()).put("errorMessage", failure.explain());
        return switch (node.retry().onError()) {
            case FAIL -> throw failure;
            case DEFAULT -> {
                var custom = node.retry().custom();
                var outputs = Values.object();
                for (var output : node.outputs()) {
                    var value = custom == null ? null : custom.get(output.name());
                    outputs.set(output.name(), value == null ? Values.initial(output.schema()) : value);
                }
                yield new Result(outputs, "", Usage.NONE, "", List.of(), errors, false, 1);
            }
            case BRANCH -> new Result(Values.object(), "", Usage.NONE, "", List.of(), errors, true, 1);
        };
    }

    private Result once(NodeRun work) {
        return switch (work.node().task()) {
            case Task.Start s -> {
                var all = Parameters.check(work.node(), work.round().given());
                Parameters.look(work.node(), all, work.services().files(), work.stop());
                yield Result.of(all);
            }
            case Task.RoundStart s -> Result.of(work.round().given());
            case Task.RoundEnd end -> {
                var template = end.template();
                yield template == null
                        ? Result.of(work.inputs())
                        : Result.of(work.textOutput(), Values.JSON.textNode(work.fill(template)));
            }
            case Task.End end -> Result.of(work.inputs());
            case Task.Message message -> Result.of(Values.object());
            case Task.IfElse choice -> ifElse(work, choice);
            case Task.Joiner joiner -> joiner(work, joiner);
            case Task.Aggregation a -> aggregation(work);
            case Task.Llm llm -> asking.answer(work, llm);
            case Task.Decision decision -> asking.decide(work, decision);
            case Task.Extractor extractor -> asking.extract(work, extractor);
            case Task.Code code -> code(work, code);
            case Task.Iteration iteration -> rounds.iterate(work, iteration);
            case Task.Loop loop -> rounds.loop(work, loop);
            case Task.SubFlow flow -> rounds.call(work, flow);
            case Task.Question question -> questions.ask(work, question);
            case Task.Wait wait -> questions.sleep(work, wait);
            case Task.Variable variable -> tools.variable(work, variable);
            case Task.Plugin plugin -> tools.plugin(work, plugin);
            case Task.Knowledge knowledge -> tools.knowledge(work, knowledge);
            case Task.Http http -> tools.http(work, http);
        };
    }

    private static Result ifElse(NodeRun work, Task.IfElse choice) {
        for (var one : choice.cases()) {
            if (!one.otherwise() && Conditions.hold(one.logic(), work::inputById)) {
                return Result.of(Values.object()).by(one.id());
            }
        }
        for (var one : choice.cases()) {
            if (one.otherwise()) {
                return Result.of(Values.object()).by(one.id());
            }
        }
        throw new FlowFailure(FlowCode.IF, "no case holds, and there is none for that");
    }

    private static Result joiner(NodeRun work, Task.Joiner joiner) {
        if (!joiner.split()) {
            return Result.of(work.textOutput(), Values.JSON.textNode(work.fill(joiner.prompt())));
        }
        var parts = Values.JSON.arrayNode();
        var text = Values.text(work.firstInput());
        if (joiner.separator().isEmpty()) {
            parts.add(text);
        } else {
            for (int from = 0; ; ) {
                int at = text.indexOf(joiner.separator(), from);
                parts.add(at < 0 ? text.substring(from) : text.substring(from, at));
                if (at < 0) {
                    break;
                }
                from = at + joiner.separator().length();
            }
        }
        return Result.of(work.textOutput(), parts);
    }

    private static Result aggregation(NodeRun work) {
        JsonNode found = Values.zero("string");
        for (var input : work.node().inputs()) {
            var value = work.input(input.name());
            found = value;
            if (!value.isNull() && !value.equals(Values.zero(input.type()))) {
                break;
            }
        }
        return Result.of(work.textOutput(), found);
    }

    private static Result code(NodeRun work, Task.Code code) {
        var value = work.services().code().run(code.code(), work.inputs(), work.limit(), work.stop());
        if (!(value instanceof ObjectNode object)) {
            var text = value.isTextual() ? value : Values.JSON.textNode(Values.text(value));
            if (work.node().outputs().isEmpty()) {
                throw new FlowFailure(FlowCode.CODE_RESULT, "main must return a dict");
            }
            return Result.of(work.textOutput(), text);
        }
        if (work.node().outputs().isEmpty()) {
            return Result.of(object);
        }
        var outputs = Values.object();
        for (var output : work.node().outputs()) {
            var given = object.get(output.name());
            if (given == null || given.isNull()) {
                outputs.set(output.name(), Values.initial(output.schema()));
            } else if (Values.fits(output.schema(), given)) {
                outputs.set(output.name(), given);
            } else {
                throw new FlowFailure(
                        FlowCode.CODE_RESULT,
                        output.name() + " is declared " + output.type() + " and came as " + Values.typeOf(given));
            }
        }
        return Result.of(outputs);
    }

    /** Values by the node's declared outputs; what is missing or of another type becomes the zero value. */
    static ObjectNode fitted(Node node, JsonNode from) {
        var outputs = Values.object();
        for (var output : node.outputs()) {
            var value = from.path(output.name());
            outputs.set(
                    output.name(),
                    !value.isMissingNode() && Values.fits(output.schema(), value) ? value : coerced(output, value));
        }
        return outputs;
    }

    private static JsonNode coerced(Node.Output output, JsonNode value) {
        if (value.isMissingNode() || value.isNull() || value instanceof ArrayNode) {
            return Values.initial(output.schema());
        }
        try {
            return Values.literal(value, output.type());
        } catch (FlowFailure e) {
            return Values.initial(output.schema());
        }
    }
}
