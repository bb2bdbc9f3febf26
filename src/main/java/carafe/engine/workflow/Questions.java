package carafe.engine.workflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Nodes that wait for people, or for time to pass; both may take days, so they give their thread back meanwhile. */
final class Questions {
    /** Shorter pauses are slept through. */
    static final int NAP_SECONDS = 5;

    private final Asking asking;

    Questions(Asking asking) {
        this.asking = asking;
    }

    Result ask(NodeRun work, Task.Question question) {
        var asked = work.run().asked();
        boolean mine = asked != null && asked.path().equals(work.path());
        if (!work.run().mayAsk(work.path(), mine)) {
            throw new Suspended(); // another question is open: this one comes after its answer
        }
        if (!mine) {
            return show(work, question, 1, work.fill(question.question()));
        }
        var reply = asked.answer();
        if (reply == null) {
            throw new Suspended();
        }
        var result = take(work, question, reply, asked.attempt());
        work.run().mayAskAgain();
        return result;
    }

    private static Result show(NodeRun work, Task.Question question, int attempt, String text) {
        var value = Values.object()
                .put("type", question.options() ? "option" : "direct")
                .put("content", text);
        if (question.options()) {
            var list = value.putArray("option");
            question.choices()
                    .forEach(choice -> list.addObject()
                            .put("id", choice.name())
                            .put("text", work.fill(choice.content()))
                            .put("content_type", choice.contentType()));
        }
        work.run()
                .ask(
                        work.node(),
                        new Journal.Pause(
                                work.path(),
                                Journal.Kind.QUESTION,
                                attempt,
                                question.minutes() * 60L,
                                question.mustReply(),
                                value),
                        work.round().speaksAloud());
        throw new Suspended();
    }

    private Result take(NodeRun work, Task.Question question, Execution.Reply reply, int attempt) {
        return switch (reply.how()) {
            case ABORTED -> throw new FlowFailure(FlowCode.ANSWER_REFUSED, "the question was aborted");
            case EXPIRED -> throw new FlowFailure(FlowCode.EVENT, "nobody answered in time");
            case IGNORED -> {
                if (question.mustReply()) {
                    throw new FlowFailure(FlowCode.ANSWER_REFUSED, "this question cannot be passed over");
                }
                yield question.options() ? chosen(work, question, "") : direct(work, question, "");
            }
            case ANSWERED -> {
                if (question.options()) {
                    yield chosen(work, question, reply.text());
                }
                yield question.fillsSlots()
                        ? slots(work, question, reply.text(), attempt)
                        : direct(work, question, reply.text());
            }
        };
    }

    /** The option of this name or with this text; the default for everything else. */
    private static Result chosen(NodeRun work, Task.Question question, String text) {
        Task.@Nullable Option found = null;
        Task.@Nullable Option fallback = null;
        for (var option : question.choices()) {
            if (option.fallback()) {
                fallback = option;
            } else if (option.name().equalsIgnoreCase(text.strip())
                    || (!text.isBlank() && work.fill(option.content()).equals(text.strip()))) {
                found = found == null ? option : found;
            }
        }
        var option = found == null ? fallback : found;
        if (option == null) {
            throw new FlowFailure(FlowCode.QUESTION, "there is no such option");
        }
        var outputs = base(work, question)
                .put("content", option == fallback ? text : work.fill(option.content()))
                .put("id", option.name());
        return Result.of(outputs).by(option.id());
    }

    private static ObjectNode base(NodeRun work, Task.Question question) {
        return Values.object().put("query", work.fill(question.question()));
    }

    private static Result direct(NodeRun work, Task.Question question, String text) {
        return Result.of(base(work, question).put("content", text));
    }

    private Result slots(NodeRun work, Task.Question question, String text, int attempt) {
        var answer = asking.fill(work, question.model(), work.fill(question.question()), text);
        var found = Asking.object(answer.text());
        var all = base(work, question).put("content", text);
        boolean missing = false;
        for (var output : work.node().outputs()) {
            if (all.has(output.name())) {
                continue;
            }
            var value = found == null ? null : found.get(output.name());
            boolean there = value != null && !value.isNull() && Values.fits(output.schema(), value);
            missing |= !there && output.required();
            all.set(output.name(), there && value != null ? value : Values.initial(output.schema()));
        }
        if (missing && attempt <= question.retries()) {
            return show(work, question, attempt + 1, work.fill(question.question()));
        }
        if (missing) {
            throw new FlowFailure(FlowCode.QUESTION, "the answers did not tell everything that was asked for");
        }
        return Result.of(all).costing(answer.usage(), answer.text());
    }

    Result sleep(NodeRun work, Task.Wait wait) {
        if (wait.seconds() <= NAP_SECONDS) {
            work.stop().during(() -> {
                Thread.sleep(java.time.Duration.ofSeconds(wait.seconds()));
                return true;
            });
            return Result.of(Values.object());
        }
        var asked = work.run().asked();
        boolean mine = asked != null && asked.path().equals(work.path());
        if (!work.run().mayAsk(work.path(), mine)) {
            throw new Suspended();
        }
        if (mine && asked.answer() != null) {
            work.run().mayAskAgain();
            return Result.of(Values.object());
        }
        if (!mine) {
            work.run()
                    .ask(
                            work.node(),
                            new Journal.Pause(
                                    work.path(), Journal.Kind.TIMER, 1, wait.seconds(), false, Values.object()),
                            false);
        }
        throw new Suspended();
    }
}
