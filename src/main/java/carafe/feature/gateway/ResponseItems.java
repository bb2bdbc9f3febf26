package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The objects that responses of OpenAI's API are made of. */
final class ResponseItems {
    private final ObjectMapper mapper;

    ResponseItems(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** What text can be: each has parts and events of its own. */
    enum Kind {
        ANSWER("output_text", "text"),
        REFUSAL("refusal", "refusal"),
        THOUGHTS("summary_text", "text");

        private final String part;
        private final String field;

        Kind(String part, String field) {
            this.part = part;
            this.field = field;
        }

        /** Where the text stands, in a part and in the event that says it is done. */
        String field() {
            return field;
        }

        /** The events of a text's pieces begin so. */
        String event() {
            return switch (this) {
                case ANSWER -> "response.output_text.";
                case REFUSAL -> "response.refusal.";
                case THOUGHTS -> "response.reasoning_summary_text.";
            };
        }
    }

    /** A message, or the summary of thoughts; {@code text} is null while it is being written. */
    ObjectNode text(String id, Kind kind, @Nullable String text, ArrayNode annotations, String status) {
        boolean thoughts = kind == Kind.THOUGHTS;
        var item = mapper.createObjectNode().put("id", id).put("type", thoughts ? "reasoning" : "message");
        if (!thoughts) {
            item.put("status", status).put("role", "assistant");
        }
        var parts = item.putArray(thoughts ? "summary" : "content");
        if (text != null) {
            parts.add(part(kind, text, annotations));
        }
        return item;
    }

    ObjectNode part(Kind kind, String text, ArrayNode annotations) {
        var part = mapper.createObjectNode().put("type", kind.part).put(kind.field, text);
        if (kind == Kind.ANSWER) {
            part.set("annotations", annotations.deepCopy());
            part.putArray("logprobs");
        }
        return part;
    }

    /** A call of a function with its arguments, or of a custom tool with its text: {@code said}. */
    ObjectNode call(String id, ToolCall call, boolean custom, String said, boolean done) {
        return mapper.createObjectNode()
                .put("id", id)
                .put("type", custom ? "custom_tool_call" : "function_call")
                .put("status", done ? "completed" : "in_progress")
                .put("call_id", call.id())
                .put("name", call.name())
                .put(custom ? "input" : "arguments", said);
    }

    /** @param withSources whether the client asked for what was found */
    ObjectNode search(String id, LlmEvent.Search search, String status, boolean withSources) {
        var item = mapper.createObjectNode()
                .put("id", id)
                .put("type", "web_search_call")
                .put("status", status);
        var action = item.putObject("action").put("type", "search").put("query", search.query());
        if (withSources) {
            var sources = action.putArray("sources");
            search.pages()
                    .forEach(page -> sources.addObject().put("type", "url").put("url", page.url()));
        }
        return item;
    }

    /** @param from where in the answer the text begins that holds the citation */
    ObjectNode citation(LlmEvent.Citation citation, int from) {
        return mapper.createObjectNode()
                .put("type", "url_citation")
                .put("start_index", citation.start() - from)
                .put("end_index", citation.end() - from)
                .put("url", citation.url())
                .put("title", citation.title());
    }

    ObjectNode plainText() {
        var text = mapper.createObjectNode();
        text.putObject("format").put("type", "text");
        return text;
    }

    ObjectNode noReasoning() {
        return mapper.createObjectNode().putNull("effort").putNull("summary");
    }

    ObjectNode usage(LlmEvent.Usage usage) {
        var node = mapper.createObjectNode().put("input_tokens", usage.input());
        node.putObject("input_tokens_details").put("cached_tokens", usage.cached());
        node.put("output_tokens", usage.output());
        node.putObject("output_tokens_details").put("reasoning_tokens", usage.reasoning());
        return node.put("total_tokens", usage.input() + usage.output());
    }
}
