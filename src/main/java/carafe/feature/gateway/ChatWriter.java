package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Chat completions of the OpenAI API (platform.openai.com/docs/api-reference/chat). Who offered {@code functions} is
 * answered with a {@code function_call}, and calls of custom tools hold their text.
 */
final class ChatWriter implements AnswerWriter {
    private final ObjectMapper mapper;
    private final String id;
    private final String model;
    private final long created;
    private final boolean withUsage;
    private final boolean legacy;
    private final Set<String> custom;
    /** The texts of calls of custom tools by the call's index. */
    private final Map<Integer, CustomInput> inputs = new TreeMap<>();

    private final Collected seen = new Collected();

    /** @param request as the client made it; a stream ends with the usage if it says so */
    ChatWriter(ObjectMapper mapper, String id, ObjectNode request, long created) {
        this.mapper = mapper;
        this.id = "chatcmpl-" + id;
        this.model = request.path("model").asText();
        this.created = created;
        this.withUsage = request.path("stream_options").path("include_usage").asBoolean();
        this.legacy = LegacyCalls.asked(request);
        this.custom = ChatTools.customNames(request.path("tools"));
    }

    @Override
    public void event(LlmEvent event, ResponseStream out) throws ClientGone {
        var delta = mapper.createObjectNode();
        seen.add(event);
        switch (event) {
            case LlmEvent.Started started -> delta.put("role", "assistant").put("content", "");
            case LlmEvent.Text(var text, var refusal) -> delta.put(refusal ? "refusal" : "content", text);
            case LlmEvent.Reasoning(var text) -> delta.put("reasoning_content", text);
            case LlmEvent.ToolCallDelta call -> {
                if (legacy) {
                    functionCall(delta, call);
                } else {
                    toolCall(delta, call);
                }
            }
            case LlmEvent.Citation citation -> annotate(delta, citation);
            case LlmEvent.Search search -> {} // this API tells what was cited only
            case LlmEvent.Usage usage -> {}
            case LlmEvent.Done done -> {
                restOfInputs(out);
                out.data(chunk(delta, reason(seen)).toString());
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

    private void toolCall(ObjectNode delta, LlmEvent.ToolCallDelta piece) {
        if (piece.name() != null && custom.contains(piece.name())) {
            inputs.putIfAbsent(piece.index(), new CustomInput(mapper));
        }
        var input = inputs.get(piece.index());
        var text = input == null ? "" : input.add(piece.arguments());
        if (input != null && piece.id() == null && piece.name() == null && text.isEmpty()) {
            return;
        }
        var call = delta.putArray("tool_calls").addObject().put("index", piece.index());
        if (piece.id() != null) {
            call.put("id", piece.id()).put("type", input == null ? "function" : "custom");
        }
        var inner = call.putObject(input == null ? "function" : "custom");
        if (piece.name() != null) {
            inner.put("name", piece.name());
        }
        if (input == null) {
            inner.put("arguments", piece.arguments());
        } else {
            inner.put("input", text);
        }
    }

    /** The first call, which is all that this form can hold. */
    private void functionCall(ObjectNode delta, LlmEvent.ToolCallDelta piece) {
        if (piece.index() == seen.firstCall()) {
            var call = delta.putObject("function_call");
            if (piece.name() != null) {
                call.put("name", piece.name());
            }
            call.put("arguments", piece.arguments());
        }
    }

    private void restOfInputs(ResponseStream out) throws ClientGone {
        for (var entry : inputs.entrySet()) {
            var rest = entry.getValue().rest();
            if (!rest.isEmpty()) {
                var delta = mapper.createObjectNode();
                delta.putArray("tool_calls")
                        .addObject()
                        .put("index", entry.getKey())
                        .putObject("custom")
                        .put("input", rest);
                out.data(chunk(delta, null).toString());
            }
        }
    }

    private static void annotate(ObjectNode message, LlmEvent.Citation citation) {
        message.withArray("annotations")
                .addObject()
                .put("type", "url_citation")
                .putObject("url_citation")
                .put("start_index", citation.start())
                .put("end_index", citation.end())
                .put("title", citation.title())
                .put("url", citation.url());
    }

    private String reason(Collected answer) {
        var reason = answer.reasonBesideRefusal();
        return legacy && reason.equals("tool_calls") ? "function_call" : reason;
    }

    private ObjectNode head(String object) {
        return mapper.createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model);
    }

    private ObjectNode chunk(ObjectNode delta, @Nullable String reason) {
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
        answer.citations().forEach(citation -> annotate(message, citation));
        calls(message, answer);
        choice.putNull("logprobs").put("finish_reason", reason(answer));
        whole.set("usage", usage(answer.usage()));
        return whole;
    }

    private void calls(ObjectNode message, Collected answer) {
        for (var call : answer.calls()) {
            var arguments = call.arguments().isEmpty() ? "{}" : call.arguments();
            if (legacy) {
                message.putObject("function_call").put("name", call.name()).put("arguments", arguments);
                return;
            }
            boolean isCustom = custom.contains(call.name());
            var made = message.withArray("tool_calls")
                    .addObject()
                    .put("id", call.id())
                    .put("type", isCustom ? "custom" : "function");
            var inner = made.putObject(isCustom ? "custom" : "function").put("name", call.name());
            if (isCustom) {
                inner.put("input", CustomInput.of(arguments, mapper));
            } else {
                inner.put("arguments", arguments);
            }
        }
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
