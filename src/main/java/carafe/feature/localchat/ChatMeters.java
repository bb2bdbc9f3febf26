package carafe.feature.localchat;

import carafe.feature.chats.turns.RunningTurn;
import carafe.platform.ops.Histogram;
import carafe.platform.ops.Metrics;
import carafe.platform.ops.Tally;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What is counted of answers and sockets. */
final class ChatMeters {
    private final Tally generations;
    private final Histogram firstToken;
    private final Tally tokens;

    /** @param connections how many sockets are open */
    ChatMeters(Metrics metrics, IntSupplier connections) {
        generations =
                metrics.counter("chat_generations", "Answers in sessions, by their end.", "transport", "finish_reason");
        firstToken = metrics.histogram(
                "chat_first_token_seconds",
                "Time from the call of a model to the first piece of its answer.",
                "transport",
                .01,
                .025,
                .05,
                .1,
                .25,
                .5,
                1,
                2.5,
                5,
                10,
                30);
        tokens = metrics.counter("chat_tokens", "Tokens of sessions, as providers count them.", "model", "direction");
        metrics.gauge("ws_connections", "Open sockets of sessions.", connections::getAsInt);
    }

    void ended(String transport, String model, RunningTurn.Ended ended) {
        generations.add(1, transport, reason(ended));
        if (ended.firstMs() > 0) {
            firstToken.record(transport, TimeUnit.MILLISECONDS.toNanos(ended.firstMs()));
        }
        tokens.add(ended.input(), model, "input");
        tokens.add(ended.output(), model, "output");
    }

    /** {@code finish_reason} of the API: stop, length, cancelled or error. */
    static String reason(RunningTurn.Ended ended) {
        return switch (ended.reason()) {
            case "length", "cancelled", "error" -> ended.reason();
            default -> "stop";
        };
    }
}
