package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * Messages of the Anthropic API (docs.anthropic.com/en/api/messages-streaming). A stream is message_start, ping, then for
 * each content block its start, deltas and stop, then message_delta and message_stop. Blocks follow one another, but for
 * tool calls whose pieces come mixed: those keep their own index and stop when they are whole.
 */
final class MessagesWriter implements AnswerWriter {
    private static final int NONE = -1;

    private final ObjectMapper mapper;
    private final String id;
    private final String model;
    /** Of tools whose names were too long for the server. */
    private final Map<String, String> fullNames;

    private final Collected seen = new Collected();
    private final Map<Integer, Block> calls = new TreeMap<>();
    private int blocks;
    /** The open block of text or thinking. */
    private int open = NONE;

    private String openType = "";

    /** A tool call and its content block; index {@link #NONE} until its name is known. */
    private static final class Block {
        private final ToolCall call = new ToolCall();
        private int index = NONE;
        private boolean stopped;
        private boolean sent;
    }

    /** @param request as the client made it */
    MessagesWriter(ObjectMapper mapper, String id, ObjectNode request) {
        this.mapper = mapper;
        this.id = "msg_" + id;
        this.model = request.path("model").asText();
        this.fullNames = ShortNames.shortened(request.path("tools"));
    }

    @Override
    public void event(LlmEvent event, ResponseStream out) throws ClientGone {
        seen.add(event);
        switch (event) {
            case LlmEvent.Started started -> start(out);
            case LlmEvent.Text(var text, var _) -> piece(out, "text", "text_delta", text);
            case LlmEvent.Reasoning(var text) -> piece(out, "thinking", "thinking_delta", text);
            case LlmEvent.ToolCallDelta piece -> toolCall(out, piece);
            case LlmEvent.Citation citation -> cite(out, citation);
            case LlmEvent.Search search -> search(out, search);
            case LlmEvent.Done(var reason) -> end(out, reason);
            case LlmEvent.Usage usage -> {}
            case LlmEvent.Failed failed -> {}
        }
    }

    private static void send(ResponseStream out, ObjectNode event) throws ClientGone {
        out.event(event.get("type").textValue(), event.toString());
    }

    private ObjectNode typed(String type) {
        return mapper.createObjectNode().put("type", type);
    }

    private ObjectNode indexed(String type, int index) {
        return typed(type).put("index", index);
    }

    private void start(ResponseStream out) throws ClientGone {
        var event = typed("message_start");
        var message = message();
        message.set("usage", usage(new LlmEvent.Usage(0, 0, 0))); // counted later by most upstreams
        event.set("message", message);
        send(out, event);
        send(out, typed("ping"));
    }

    private ObjectNode message() {
        var message = mapper.createObjectNode()
                .put("id", id)
                .put("type", "message")
                .put("role", "assistant")
                .put("model", model);
        message.putArray("content");
        return message.putNull("stop_reason").putNull("stop_sequence");
    }

    private void piece(ResponseStream out, String type, String delta, String text) throws ClientGone {
        if (open == NONE || !openType.equals(type)) {
            stopOpen(out);
            stopWholeCalls(out);
            open = blocks++;
            openType = type;
            var event = indexed("content_block_start", open);
            var block = event.putObject("content_block").put("type", type).put(type, "");
            if (type.equals("thinking")) {
                block.put("signature", "");
            }
            send(out, event);
        }
        var event = indexed("content_block_delta", open);
        event.putObject("delta").put("type", delta).put(type, text);
        send(out, event);
    }

    private void stopOpen(ResponseStream out) throws ClientGone {
        if (open == NONE) {
            return;
        }
        if (openType.equals("thinking")) {
            var event = indexed("content_block_delta", open);
            event.putObject("delta").put("type", "signature_delta").put("signature", "");
            send(out, event);
        }
        send(out, indexed("content_block_stop", open));
        open = NONE;
    }

    /** Belongs to the text that is being written; what the page says there is known to its server alone. */
    private void cite(ResponseStream out, LlmEvent.Citation citation) throws ClientGone {
        if (open != NONE && openType.equals("text")) {
            var event = indexed("content_block_delta", open);
            event.putObject("delta").put("type", "citations_delta").set("citation", citation(citation));
            send(out, event);
        }
    }

    private ObjectNode citation(LlmEvent.Citation citation) {
        return typed("web_search_result_location")
                .put("url", citation.url())
                .put("title", citation.title())
                .put("cited_text", "")
                .put("encrypted_index", "");
    }

    private void search(ResponseStream out, LlmEvent.Search search) throws ClientGone {
        stopOpen(out);
        stopWholeCalls(out);
        int index = blocks++;
        var event = indexed("content_block_start", index);
        boolean begun = search.stage() == LlmEvent.Search.Stage.BEGUN;
        event.set("content_block", begun ? searchUse(search) : searchResult(search));
        send(out, event);
        if (begun) {
            var input = indexed("content_block_delta", index);
            input.putObject("delta")
                    .put("type", "input_json_delta")
                    .put("partial_json", query(search).toString());
            send(out, input);
        }
        send(out, indexed("content_block_stop", index));
    }

    private ObjectNode query(LlmEvent.Search search) {
        return mapper.createObjectNode().put("query", search.query());
    }

    private ObjectNode searchUse(LlmEvent.Search search) {
        var use = typed("server_tool_use").put("id", search.id()).put("name", "web_search");
        return use.set("input", mapper.createObjectNode());
    }

    private ObjectNode searchResult(LlmEvent.Search search) {
        var result = typed("web_search_tool_result").put("tool_use_id", search.id());
        if (search.stage() == LlmEvent.Search.Stage.FAILED) {
            return result.set("content", typed("web_search_tool_result_error").put("error_code", "unavailable"));
        }
        var content = result.putArray("content");
        for (var page : search.pages()) {
            content.add(typed("web_search_result")
                    .put("url", page.url())
                    .put("title", page.title())
                    .put("encrypted_content", ""));
        }
        return result;
    }

    private void toolCall(ResponseStream out, LlmEvent.ToolCallDelta piece) throws ClientGone {
        stopOpen(out);
        var block = calls.computeIfAbsent(piece.index(), i -> new Block());
        block.call.add(piece);
        if (block.stopped || block.call.name().isEmpty()) {
            return;
        }
        if (block.index == NONE) {
            stopWholeCalls(out);
            startCall(out, block);
            input(out, block, block.call.arguments());
        } else {
            input(out, block, piece.arguments());
        }
    }

    private void startCall(ResponseStream out, Block block) throws ClientGone {
        block.index = blocks++;
        var event = indexed("content_block_start", block.index);
        event.putObject("content_block")
                .put("type", "tool_use")
                .put("id", block.call.id())
                .put("name", name(block.call))
                .putObject("input");
        send(out, event);
    }

    private String name(ToolCall call) {
        return fullNames.getOrDefault(call.name(), call.name());
    }

    /** What cannot become JSON waits for the end, to be sent as the one field of an object. */
    private void input(ResponseStream out, Block block, String json) throws ClientGone {
        if (json.isEmpty() || !block.call.looksLikeJson()) {
            return;
        }
        block.sent = true;
        var event = indexed("content_block_delta", block.index);
        event.putObject("delta").put("type", "input_json_delta").put("partial_json", json);
        send(out, event);
    }

    private void stopWholeCalls(ResponseStream out) throws ClientGone {
        for (var block : calls.values()) {
            if (!block.stopped && block.index != NONE && block.call.isComplete(mapper)) {
                stop(out, block);
            }
        }
    }

    private void stop(ResponseStream out, Block block) throws ClientGone {
        if (!block.sent) {
            var event = indexed("content_block_delta", block.index);
            event.putObject("delta")
                    .put("type", "input_json_delta")
                    .put("partial_json", block.call.input(mapper).toString());
            send(out, event);
        }
        block.stopped = true;
        send(out, indexed("content_block_stop", block.index));
    }

    private void end(ResponseStream out, String reason) throws ClientGone {
        stopOpen(out);
        for (var block : calls.values()) {
            if (block.index == NONE) {
                startCall(out, block);
            }
            if (!block.stopped) {
                stop(out, block);
            }
        }
        var event = typed("message_delta");
        event.putObject("delta").put("stop_reason", stopReason(reason)).putNull("stop_sequence");
        event.set("usage", usage(seen.usage()));
        send(out, event);
        send(out, typed("message_stop"));
    }

    @Override
    public void failed(ObjectNode body, ResponseStream out) throws ClientGone {
        out.event("error", body.toString());
    }

    private static String stopReason(String reason) {
        return switch (reason) {
            case "length" -> "max_tokens";
            case "tool_calls" -> "tool_use";
            case "content_filter" -> "refusal";
            default -> "end_turn";
        };
    }

    private ObjectNode usage(LlmEvent.Usage usage) {
        return mapper.createObjectNode()
                .put("input_tokens", Math.max(0, usage.input() - usage.cached()))
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", usage.cached())
                .put("output_tokens", usage.output());
    }

    @Override
    public ObjectNode whole(Collected answer) {
        var message = message();
        var content = message.withArray("content");
        if (!answer.reasoning().isEmpty()) {
            content.addObject()
                    .put("type", "thinking")
                    .put("thinking", answer.reasoning())
                    .put("signature", "");
        }
        for (var search : answer.searches()) {
            content.add(searchUse(search).set("input", query(search)));
            if (search.stage() != LlmEvent.Search.Stage.BEGUN) {
                content.add(searchResult(search));
            }
        }
        if (!answer.text().isEmpty()) {
            var text = content.addObject().put("type", "text").put("text", answer.text());
            for (var citation : answer.citations()) {
                text.withArray("citations").add(citation(citation));
            }
        }
        for (var call : answer.calls()) {
            content.addObject()
                    .put("type", "tool_use")
                    .put("id", call.id())
                    .put("name", name(call))
                    .set("input", call.input(mapper));
        }
        message.put("stop_reason", stopReason(answer.reason()));
        message.set("usage", usage(answer.usage()));
        return message;
    }
}
