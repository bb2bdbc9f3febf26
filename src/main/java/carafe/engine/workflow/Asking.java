package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Nodes that ask a language model. */
final class Asking {
    private static final double TOKENS_PER_CHARACTER = 1.5;
    private static final double ROOM = 0.95;

    /** Whose answer goes to the outputs, and where the node streams, to whoever refers to it. */
    Result answer(NodeRun work, Task.Llm llm) {
        boolean streams = work.node().streams();
        var answer = ask(
                work,
                llm.model(),
                messages(work, llm.model(), work.fill(llm.model().prompt())),
                piece -> {
                    if (streams) {
                        work.tell(piece.text(), piece.reasoning());
                    }
                });
        if (answer.text().isEmpty() && answer.reasoning().isEmpty()) {
            throw new FlowFailure(FlowCode.EMPTY_ANSWER, "");
        }
        ObjectNode outputs;
        if (llm.format() == Task.Format.JSON) {
            outputs = Nodes.fitted(work.node(), json(answer.text()));
        } else {
            outputs = Values.object().put(work.textOutput(), answer.text());
        }
        if (work.node().output(NodeRun.REASONING) != null) {
            outputs.put(NodeRun.REASONING, answer.reasoning());
        }
        return Result.of(outputs).costing(answer.usage(), answer.text());
    }

    /** The intent that the model names; whatever goes wrong, after its tries the default one. */
    Result decide(NodeRun work, Task.Decision decision) {
        var names = decision.intents().stream()
                .filter(one -> !one.fallback())
                .map(one -> "- " + one.name() + ": " + one.description())
                .collect(Collectors.joining("\n"));
        var prefix = work.fill(decision.prefix());
        var question = (prefix.isEmpty() ? "" : prefix + "\n\n")
                + "Which of these categories does the text below belong to? Answer with JSON only:"
                + " {\"category_name\": \"<name>\"}, with \"DEFAULT\" when none fits.\n\nCategories:\n" + names
                + "\n\nText:\n" + subject(work, decision.model());
        var usage = Usage.NONE;
        var said = "";
        Task.@Nullable Intent chosen = null;
        try {
            var answer = ask(work, decision.model(), messages(work, decision.model(), question), piece -> {});
            usage = answer.usage();
            said = answer.text();
            chosen = named(decision.intents(), said);
        } catch (FlowFailure e) {
            if (e.code() == FlowCode.CANCELLED
                    || work.node().hasFailureBranch()
                    || work.attempt() < work.node().retry().attempts()) {
                throw e;
            }
            said = e.explain();
        }
        var intent = chosen == null ? fallback(decision.intents()) : chosen;
        var name = intent.fallback() ? "DEFAULT" : intent.name();
        return Result.of(work.textOutput(), Values.JSON.textNode(name))
                .by(intent.id())
                .costing(usage, said);
    }

    private static String subject(NodeRun work, Task.ModelUse model) {
        var text = work.fill(model.prompt());
        return text.isEmpty() ? Values.text(work.firstInput()) : text;
    }

    private static Task.Intent fallback(List<Task.Intent> intents) {
        return intents.stream().filter(Task.Intent::fallback).findFirst().orElseThrow();
    }

    private static Task.@Nullable Intent named(List<Task.Intent> intents, String said) {
        var json = object(said);
        var name = (json == null
                        ? said
                        : json.path("category_name")
                                .asText(json.path("destination").asText(said)))
                .strip();
        for (var intent : intents) {
            if (!intent.fallback() && (name.equalsIgnoreCase(intent.name()) || name.equals(intent.id()))) {
                return intent;
            }
        }
        return null;
    }

    /** Values for the declared outputs, found in a text. */
    Result extract(NodeRun work, Task.Extractor extractor) {
        var schema = work.node().outputs().stream()
                .map(one -> "- " + one.name() + " (" + one.type() + (one.required() ? ", required" : "") + "): "
                        + one.schema().path("description").asText(""))
                .collect(Collectors.joining("\n"));
        var instruction = work.fill(extractor.instruction());
        var question =
                "Find these values in the text below. Answer with one JSON object with these keys only; leave out"
                        + " what the text does not tell.\n\n" + schema
                        + (instruction.isEmpty() ? "" : "\n\n" + instruction)
                        + "\n\nText:\n" + subject(work, extractor.model());
        var answer = ask(work, extractor.model(), messages(work, extractor.model(), question), piece -> {});
        var found = object(answer.text());
        if (found == null) {
            throw new FlowFailure(FlowCode.EXTRACTION, "the model's answer is no JSON object");
        }
        return Result.of(Nodes.fitted(work.node(), found)).costing(answer.usage(), answer.text());
    }

    /** What is known so far of the values that a question asks for, after one more answer. */
    Services.Answer fill(NodeRun work, Task.ModelUse model, String question, String reply) {
        var schema = work.node().outputs().stream()
                .map(one -> "- " + one.name() + " (" + one.type() + "): "
                        + one.schema().path("description").asText(""))
                .collect(Collectors.joining("\n"));
        var prompt = "A person was asked: " + question + "\nand answered: " + reply
                + "\n\nFind these values in the answer. Answer with one JSON object with these keys only; leave out what"
                + " the answer does not tell.\n" + schema;
        return ask(work, model, List.of(new Services.Said("user", prompt)), piece -> {});
    }

    /** One call. Where tries were asked for, the node's timeout counts: for streams between pieces, else for the whole. */
    private static Services.Answer ask(
            NodeRun work, Task.ModelUse model, List<Services.Said> messages, Consumer<Services.Piece> sink) {
        var question = new Services.Question(
                model.name(),
                model.url(),
                model.key(),
                messages,
                model.temperature(),
                model.maxTokens(),
                model.extra(),
                work.limit(),
                work.run().setting.runId() + "/" + work.path() + "@" + work.attempt());
        if (!work.node().retry().asked()) {
            return work.services().model().ask(question, sink, work.stop());
        }
        boolean streams = work.node().streams();
        return Patience.within(
                work.stop(),
                work.limit(),
                streams ? FlowCode.MODEL : FlowCode.NODE_RUN,
                streams ? "it was silent for too long" : "Node execution timeout",
                patience -> work.services()
                        .model()
                        .ask(
                                question,
                                piece -> {
                                    if (streams) {
                                        patience.heard();
                                    }
                                    sink.accept(piece);
                                },
                                patience.stop()));
    }

    private static List<Services.Said> messages(NodeRun work, Task.ModelUse model, String prompt) {
        var messages = new ArrayList<Services.Said>();
        var system = work.fill(model.system());
        if (!system.isBlank()) {
            messages.add(new Services.Said("system", system));
        }
        messages.addAll(history(work.run().setting.history(), model));
        messages.add(new Services.Said("user", prompt.isEmpty() ? " " : prompt));
        return messages;
    }

    /** The last pairs, as far as the model has room for them by a rough count. */
    private static List<Services.Said> history(List<Services.Said> history, Task.ModelUse model) {
        if (model.rounds() == 0) {
            return List.of();
        }
        double room = (model.maxTokens() == 0 ? 8192 : model.maxTokens()) * ROOM;
        int from = history.size();
        int oldest = Math.max(0, history.size() - 2 * model.rounds());
        while (from > oldest) {
            room -= history.get(from - 1).content().length() * TOKENS_PER_CHARACTER;
            if (room < 0) {
                break;
            }
            from--;
        }
        return history.subList(from, history.size());
    }

    private static JsonNode json(String text) {
        var found = object(text);
        if (found == null) {
            throw new FlowFailure(FlowCode.LLM, "the model's answer is no JSON object");
        }
        return found;
    }

    /** The object in an answer, bare, in a fence, or with words around it; or null. */
    static @Nullable ObjectNode object(String text) {
        int from = text.indexOf('{');
        int to = text.lastIndexOf('}');
        return from >= 0 && to > from && Values.parse(text.substring(from, to + 1)) instanceof ObjectNode object
                ? object
                : null;
    }
}
