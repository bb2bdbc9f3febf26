package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node does, with its parameters; one record for each node type of the contract, section 2.5. */
sealed interface Task {
    record Start() implements Task {}

    /** {@code template} null: all inputs as one JSON object. */
    record End(@Nullable Template template, Template reasoning, boolean stream) implements Task {}

    record Message(Template template, boolean stream) implements Task {}

    enum Format {
        TEXT,
        MARKDOWN,
        JSON
    }

    record Llm(ModelUse model, Format format) implements Task {}

    record Decision(ModelUse model, Template prefix, List<Intent> intents) implements Task {
        public Decision {
            intents = List.copyOf(intents);
        }
    }

    record Intent(String id, String name, String description, boolean fallback) {}

    record Extractor(ModelUse model, Template instruction) implements Task {}

    record IfElse(List<Case> cases) implements Task {
        public IfElse {
            cases = List.copyOf(cases);
        }
    }

    /** {@code otherwise}: the case that is taken when no other holds. */
    record Case(String id, Logic logic, boolean otherwise) {}

    record Logic(boolean all, List<Condition> conditions) {
        public Logic {
            conditions = List.copyOf(conditions);
        }
    }

    /** {@code left} and {@code right} are ids of inputs; {@code value} stands where there is no {@code right}. */
    record Condition(
            String left, @Nullable String right, @Nullable JsonNode value, String operator) {}

    record Code(String code) implements Task {}

    enum OnRound {
        FAIL,
        CONTINUE,
        DROP
    }

    record Iteration(String start, boolean parallel, int concurrency, OnRound onError, int seconds) implements Task {}

    record Loop(
            String start,
            int most,
            List<LoopVariable> variables,
            @Nullable Logic termination) implements Task {
        public Loop {
            variables = List.copyOf(variables);
        }
    }

    record LoopVariable(String id, String name, ObjectNode schema, Node.Input initial) {}

    record RoundStart() implements Task {}

    /** {@code exits}: whether the loop ends here. */
    record RoundEnd(@Nullable Template template, boolean exits) implements Task {}

    record Joiner(boolean split, Template prompt, String separator) implements Task {}

    record Variable(boolean set, String flowId) implements Task {}

    /** @param seconds how long it may take in all */
    record SubFlow(String flowId, String version, int seconds) implements Task {}

    record Plugin(String pluginId, String operationId, String version, String appId, List<String> business)
            implements Task {
        public Plugin {
            business = List.copyOf(business);
        }
    }

    record Knowledge(ObjectNode match, int top, String ragType) implements Task {}

    record Question(
            ModelUse model,
            Template question,
            boolean options,
            List<Option> choices,
            int minutes,
            boolean mustReply,
            boolean fillsSlots,
            int retries)
            implements Task {
        public Question {
            choices = List.copyOf(choices);
        }
    }

    record Option(String id, String name, boolean fallback, Template content, String contentType) {}

    /** {@code body} null: none. Header and query values are templates. */
    record Http(
            String method,
            Template url,
            Map<String, Template> headers,
            Map<String, Template> query,
            @Nullable Template body)
            implements Task {
        public Http {
            headers = Map.copyOf(headers);
            query = Collections.unmodifiableMap(new LinkedHashMap<>(query)); // servers may count on the order
        }
    }

    /** The first input that has a value. */
    record Aggregation() implements Task {}

    record Wait(long seconds) implements Task {}

    /**
     * @param name of the model in Carafe's catalogue, or at {@code url}
     * @param url a chat completion address of its own, or empty
     * @param rounds of history that go in front; 0: none
     */
    record ModelUse(
            String name,
            String url,
            carafe.platform.config.Secret key,
            Template system,
            Template prompt,
            @Nullable Double temperature,
            int maxTokens,
            int rounds,
            ObjectNode extra) {}
}
