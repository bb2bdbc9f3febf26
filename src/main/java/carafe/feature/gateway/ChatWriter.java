package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Chat completions of the OpenAI API (platform.openai.com/docs/api-reference/chat). */
final class ChatWriter implements AnswerWriter {
    private final ObjectMapper mapper;
    private final String id;
    private final String model;
    private final long created;
    private final boolean withUsage;
    private final Collected seen = new Collected();

    /** @param withUsage whether a stream ends with the usage, which its client asked for */
    ChatWriter(ObjectMapper mapper, String id, String model, long created, boolean withUsage) {
        this.mapper = mapper;
        this.id = "chatcmpl-" + id;
        this.model = model;
        this.created = created;
        this.withUsage = withUsage;
    }

    @Override
    public void event(LlmEvent event, ResponseStream out) throws ClientGone {
        var delta = mapper.createObjectNode();
        seen.add(event);
        switch (event) {
            case LlmEvent.Started started -> delta.put("role", "assistant").put("content", "");
            case LlmEvent.Text(var text, var refusal) -> delta.put(refusal ? "refusal" : "content", text);
            case LlmEvent.Reasoning(var text) -> delta.put("reasoning_content", text);
            case LlmEvent.ToolCallDelta call -> toolCall(delta, call);
            case LlmEvent.Usage usage -> {}
            case LlmEvent.Done done -> {
                out.data(chunk(delta, seen.reasonBesideRefusal()).toString());
                if (withUsage) {
                    var last = head("chat.completion.chunk");
                    last.putArray("choices");
                    last.set("usage", usage(seen.usage()));
                    out.data(last.toString());
                }
                out.data("[DONE]");
                return;
            }
            case LlmEvent.Failed failed -> {}
        }
        if (!delta.isEmpty()) {
            out.data(chunk(delta, null).toString());
        }
    }

    private static void toolCall(ObjectNode delta, LlmEvent.ToolCallDelta piece) {
        var call = delta.putArray("tool_calls").addObject().put("index", piece.index());
        if (piece.id() != null) {
            call.put("id", piece.id()).put("type", "function");
        }
        var function = call.putObject("function");
        if (piece.name() != null) {
            function.put("name", piece.name());
        }
        function.put("arguments", piece.arguments());
    }

    private ObjectNode head(String object) {
        return mapper.createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model);
    }

    private ObjectNode chunk(ObjectNode delta, @org.jspecify.annotations.Nullable String reason) {
        var chunk = head("chat.completion.chunk");
        var choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", reason);
        return chunk;
    }

    @Override
    public ObjectNode whole(Collected answer) {
        var whole = head("chat.completion");
        var choice = whole.putArray("choices").addObject().put("index", 0);
        var message = choice.putObject("message").put("role", "assistant");
        boolean noText =
                answer.refused() || (answer.text().isEmpty() && !answer.calls().isEmpty());
        message.put("content", noText ? null : answer.text());
        message.put("refusal", answer.refused() ? answer.text() : null);
        if (!answer.reasoning().isEmpty()) {
            message.put("reasoning_content", answer.reasoning());
        }
        for (var call : answer.calls()) {
            message.withArray("tool_calls")
                    .addObject()
                    .put("id", call.id())
                    .put("type", "function")
                    .putObject("function")
                    .put("name", call.name())
                    .put("arguments", call.arguments().isEmpty() ? "{}" : call.arguments());
        }
        choice.putNull("logprobs").put("finish_reason", answer.reasonBesideRefusal());
        whole.set("usage", usage(answer.usage()));
        return whole;
    }

    ObjectNode usage(LlmEvent.Usage usage) {
        var node = mapper.createObjectNode()
                .put("prompt_tokens", usage.input())
                .put("completion_tokens", usage.output())
                .put("total_tokens", usage.input() + usage.output());
        node.putObject("prompt_tokens_details").put("cached_tokens", usage.cached());
        node.putObject("completion_tokens_details").put("reasoning_tokens", usage.reasoning());
        return node;
    }
}
