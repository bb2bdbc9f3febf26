package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What nodes need from outside, made for one run. Each throws {@link FlowFailure} for what goes wrong. */
public record Services(
        Model model,
        Code code,
        Http http,
        Plugin plugin,
        Knowledge knowledge,
        Files files,
        Variables variables,
        Clock clock) {

    /** Asks a language model; returns when its answer is whole. {@code sink} gets it piece by piece. */
    @FunctionalInterface
    public interface Model {
        Answer ask(Question question, Consumer<Piece> sink, Stop stop);
    }

    /**
     * @param url and {@code key} of a model server of the node's own, or empty
     * @param callId the same for the same try of the same step, also after a restart
     */
    public record Question(
            String model,
            String url,
            carafe.platform.config.Secret key,
            List<Said> messages,
            @Nullable Double temperature,
            int maxTokens,
            ObjectNode extra,
            Duration silence,
            String callId) {
        public Question {
            messages = List.copyOf(messages);
        }
    }

    public record Said(String role, String content) {}

    public record Piece(String text, boolean reasoning) {}

    public record Answer(String text, String reasoning, Usage usage) {}

    /** Runs the function {@code main} of a Python program with named arguments; its result, or what it printed as text. */
    @FunctionalInterface
    public interface Code {
        JsonNode run(String program, ObjectNode arguments, Duration limit, Stop stop);
    }

    @FunctionalInterface
    public interface Http {
        Reply send(Call call, Stop stop);
    }

    public record Call(String method, String url, Map<String, String> headers, byte @Nullable [] body, Duration limit) {
        public Call {
            headers = Map.copyOf(headers);
        }
    }

    public record Reply(int status, Map<String, String> headers, byte[] body) {
        public Reply {
            headers = Map.copyOf(headers);
        }
    }

    /** Calls an operation of a tool that somebody described by OpenAPI. */
    @FunctionalInterface
    public interface Plugin {
        JsonNode call(Operation operation, ObjectNode arguments, Duration limit, Stop stop);
    }

    public record Operation(String toolId, String operationId, String version, String appId, List<String> business) {
        public Operation {
            business = List.copyOf(business);
        }
    }

    /** The best passages for {@code query}: a list of {@code {score, docId, title, content, context, references}}. */
    @FunctionalInterface
    public interface Knowledge {
        JsonNode search(String query, int top, String kind, ObjectNode match, Duration limit, Stop stop);
    }

    /** Looks whether a file that a run is given may be used: its address, its size, and that its type is an allowed one. */
    @FunctionalInterface
    public interface Files {
        /** @param allowed endings or kinds of files; empty: all that may be uploaded */
        void check(String url, List<String> allowed, Stop stop);
    }

    /** What workflows keep from one run of a conversation to the next; {@code flowId} empty is the run's own. */
    public interface Variables {
        Optional<JsonNode> get(String flowId, String name);

        void set(String flowId, Map<String, JsonNode> values);
    }
}
