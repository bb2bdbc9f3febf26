package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import carafe.feature.gateway.ResponseItems.Kind;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Responses of OpenAI's API (platform.openai.com/docs/api-reference/responses-streaming): every output item is added,
 * filled and done, one after the other but for function calls whose pieces come mixed.
 */
final class ResponsesWriter implements AnswerWriter {
    private static final String COMPLETED = "completed";

    private final ObjectMapper mapper;
    private final String id;
    private final ResponseItems items;
    private final ResponseObject response;
    private final Set<String> custom;
    private final Collected seen = new Collected();
    private final Map<Integer, Call> calls = new TreeMap<>();
    /** The items so far by their place. */
    private final Map<Integer, ObjectNode> output = new TreeMap<>();

    /** Searches without an end yet, by their ids. */
    private final Map<String, Searching> searches = new LinkedHashMap<>();

    private final boolean withSources;
    private int sequence;
    private int nextIndex;
    /** Code points of the answer so far. */
    private int length;

    private @Nullable Open open;

    /** The open item of text, of thoughts or of a refusal. */
    private record Open(int index, Kind kind, String itemId, StringBuilder text, int from, ArrayNode annotations) {}

    /** A search of the web that has begun. */
    private record Searching(int index, String itemId) {}

    /** A call of a function, or of a custom tool with its text; {@code index} is -1 until its name is known. */
    private static final class Call {
        private final ToolCall call = new ToolCall();
        private @Nullable CustomInput input;
        private String itemId = "";
        private int index = -1;
        private boolean done;
    }

    ResponsesWriter(ObjectMapper mapper, String id, ObjectNode request, long created) {
        this.mapper = mapper;
        this.id = id;
        this.items = new ResponseItems(mapper);
        this.response = new ResponseObject(mapper, items, id, request, created);
        this.custom = ChatTools.customNames(request.path("tools"));
        this.withSources = asksSources(request.path("include"));
    }

    @Override
    public void event(LlmEvent event, ResponseStream out) throws ClientGone {
        seen.add(event);
        switch (event) {
            case LlmEvent.Started started -> {
                whole(out, "response.created", "in_progress");
                whole(out, "response.in_progress", "in_progress");
            }
            case LlmEvent.Text(var text, var refusal) -> piece(out, refusal ? Kind.REFUSAL : Kind.ANSWER, text);
            case LlmEvent.Reasoning(var text) -> piece(out, Kind.THOUGHTS, text);
            case LlmEvent.ToolCallDelta piece -> call(out, piece);
            case LlmEvent.Citation citation -> cite(out, citation);
            case LlmEvent.Search search -> search(out, search);
            case LlmEvent.Done done -> {
                var status = status(seen);
                closeText(out, status);
                closeCalls(out, true);
                closeSearches(out);
                whole(out, "response." + status, status);
            }
            case LlmEvent.Usage usage -> {}
            case LlmEvent.Failed failed -> {}
        }
    }

    private void send(ResponseStream out, String type, ObjectNode fields) throws ClientGone {
        var event = mapper.createObjectNode().put("type", type).put("sequence_number", sequence++);
        event.setAll(fields);
        out.event(type, event.toString());
    }

    private void whole(ResponseStream out, String type, String status) throws ClientGone {
        var fields = mapper.createObjectNode();
        fields.set("response", response(status, seen));
        send(out, type, fields);
    }

    private ObjectNode at(Open item) {
        var fields = mapper.createObjectNode().put("item_id", item.itemId()).put("output_index", item.index());
        return fields.put(item.kind() == Kind.THOUGHTS ? "summary_index" : "content_index", 0);
    }

    private void item(ResponseStream out, String type, int index, ObjectNode item) throws ClientGone {
        output.put(index, item);
        var fields = mapper.createObjectNode().put("output_index", index);
        fields.set("item", item);
        send(out, type, fields);
    }

    private void piece(ResponseStream out, Kind kind, String text) throws ClientGone {
        var item = open;
        if (item == null || item.kind() != kind) {
            closeText(out, COMPLETED);
            closeCalls(out, false);
            item = new Open(
                    nextIndex,
                    kind,
                    (kind == Kind.THOUGHTS ? "rs_" : "msg_") + id + "_" + nextIndex,
                    new StringBuilder(),
                    length,
                    mapper.createArrayNode());
            nextIndex++;
            open = item;
            item(out, "response.output_item.added", item.index(), text(item, null, "in_progress"));
            send(out, part(kind, "added"), at(item).set("part", items.part(kind, "", item.annotations())));
        }
        item.text().append(text);
        length += kind == Kind.ANSWER ? text.codePointCount(0, text.length()) : 0;
        var delta = at(item).put("delta", text);
        if (kind == Kind.ANSWER) {
            delta.putArray("logprobs");
        }
        send(out, kind.event() + "delta", delta);
    }

    private static String part(Kind kind, String what) {
        return (kind == Kind.THOUGHTS ? "response.reasoning_summary_part." : "response.content_part.") + what;
    }

    /** @param status of the text: one that was cut off is not completed */
    private void closeText(ResponseStream out, String status) throws ClientGone {
        var item = open;
        if (item == null) {
            return;
        }
        open = null;
        var kind = item.kind();
        var text = item.text().toString();
        var done = at(item).put(kind.field(), text);
        if (kind == Kind.ANSWER) {
            done.putArray("logprobs");
        }
        send(out, kind.event() + "done", done);
        send(out, part(kind, "done"), at(item).set("part", items.part(kind, text, item.annotations())));
        item(out, "response.output_item.done", item.index(), text(item, text, status));
    }

    private ObjectNode text(Open item, @Nullable String text, String status) {
        return items.text(item.itemId(), item.kind(), text, item.annotations(), status);
    }

    /** Belongs to the text that is being written. */
    private void cite(ResponseStream out, LlmEvent.Citation citation) throws ClientGone {
        var item = open;
        if (item != null && item.kind() == Kind.ANSWER && citation.start() >= item.from()) {
            var annotation = items.citation(citation, item.from());
            var fields = at(item).put("annotation_index", item.annotations().size());
            item.annotations().add(annotation);
            send(out, "response.output_text.annotation.added", fields.set("annotation", annotation));
        }
    }

    private void search(ResponseStream out, LlmEvent.Search search) throws ClientGone {
        if (!searches.containsKey(search.id())) {
            closeText(out, COMPLETED);
            closeCalls(out, false);
            var begun = new Searching(nextIndex, "ws_" + id + "_" + nextIndex);
            nextIndex++;
            searches.put(search.id(), begun);
            var item = items.search(begun.itemId(), search, "in_progress", false);
            item(out, "response.output_item.added", begun.index(), item);
            send(out, "response.web_search_call.in_progress", at(begun));
            send(out, "response.web_search_call.searching", at(begun));
        }
        if (search.stage() != LlmEvent.Search.Stage.BEGUN) {
            endSearch(out, search);
        }
    }

    private ObjectNode at(Searching search) {
        return mapper.createObjectNode().put("item_id", search.itemId()).put("output_index", search.index());
    }

    private void endSearch(ResponseStream out, LlmEvent.Search search) throws ClientGone {
        var begun = searches.remove(search.id());
        if (begun == null) {
            return;
        }
        var status = status(search);
        if (status.equals(COMPLETED)) {
            send(out, "response.web_search_call.completed", at(begun));
        }
        var item = items.search(begun.itemId(), search, status, withSources);
        item(out, "response.output_item.done", begun.index(), item);
    }

    /** Those that the server broke off. */
    private void closeSearches(ResponseStream out) throws ClientGone {
        for (var search : seen.searches()) {
            endSearch(out, search);
        }
    }

    private static String status(LlmEvent.Search search) {
        return search.stage() == LlmEvent.Search.Stage.DONE ? COMPLETED : "failed";
    }

    private static boolean asksSources(JsonNode include) {
        for (var name : include) {
            if (name.asText().equals("web_search_call.action.sources")) {
                return true;
            }
        }
        return false;
    }

    private void call(ResponseStream out, LlmEvent.ToolCallDelta piece) throws ClientGone {
        closeText(out, COMPLETED);
        var call = calls.computeIfAbsent(piece.index(), i -> new Call());
        call.call.add(piece);
        if (call.done || call.call.name().isEmpty()) {
            return;
        }
        if (call.index < 0) {
            closeCalls(out, false);
            begin(out, call);
            delta(out, call, call.call.arguments());
        } else {
            delta(out, call, piece.arguments());
        }
    }

    private void begin(ResponseStream out, Call call) throws ClientGone {
        call.index = nextIndex++;
        call.input = custom.contains(call.call.name()) ? new CustomInput(mapper) : null;
        call.itemId = callId(call.input != null, call.index);
        item(out, "response.output_item.added", call.index, item(call, "", false));
    }

    private String callId(boolean isCustom, int index) {
        return (isCustom ? "ctc_" : "fc_") + id + "_" + index;
    }

    private ObjectNode item(Call call, String said, boolean done) {
        return items.call(call.itemId, call.call, call.input != null, said, done);
    }

    private ObjectNode at(Call call) {
        return mapper.createObjectNode().put("item_id", call.itemId).put("output_index", call.index);
    }

    private void delta(ResponseStream out, Call call, String arguments) throws ClientGone {
        if (call.input != null) {
            inputDelta(out, call, call.input.add(arguments));
        } else if (!arguments.isEmpty()) {
            send(out, "response.function_call_arguments.delta", at(call).put("delta", arguments));
        }
    }

    private void inputDelta(ResponseStream out, Call call, String text) throws ClientGone {
        if (!text.isEmpty()) {
            send(out, "response.custom_tool_call_input.delta", at(call).put("delta", text));
        }
    }

    /** @param all also those whose arguments are not whole: nothing comes any more */
    private void closeCalls(ResponseStream out, boolean all) throws ClientGone {
        for (var call : calls.values()) {
            if (call.index < 0 && all) {
                begin(out, call);
            }
            if (!call.done && call.index >= 0 && (all || call.call.isComplete(mapper))) {
                call.done = true;
                var said = close(out, call);
                item(out, "response.output_item.done", call.index, item(call, said, true));
            }
        }
    }

    private String close(ResponseStream out, Call call) throws ClientGone {
        if (call.input != null) {
            inputDelta(out, call, call.input.rest());
            var text = call.input.text();
            send(out, "response.custom_tool_call_input.done", at(call).put("input", text));
            return text;
        }
        var arguments = call.call.arguments().isEmpty() ? "{}" : call.call.arguments();
        var fields = at(call).put("name", call.call.name()).put("arguments", arguments);
        send(out, "response.function_call_arguments.done", fields);
        return arguments;
    }

    @Override
    public boolean endsInFailure() {
        return true; // response.failed is one of the three ends that the API knows
    }

    @Override
    public void failed(ObjectNode body, ResponseStream out) throws ClientGone {
        var item = open;
        if (item != null) {
            output.put(item.index(), text(item, item.text().toString(), "incomplete"));
        }
        var fields = mapper.createObjectNode();
        var failed = response("failed", seen);
        failed.putObject("error")
                .put("code", "server_error")
                .put("message", body.path("error").path("message").asText());
        fields.set("response", failed);
        send(out, "response.failed", fields);
    }

    private static String status(Collected answer) {
        var reason = answer.reasonBesideRefusal();
        return reason.equals("length") || reason.equals("content_filter") ? "incomplete" : COMPLETED;
    }

    private ObjectNode response(String status, Collected answer) {
        return response.of(status, answer, output.values());
    }

    @Override
    public ObjectNode whole(Collected answer) {
        if (!answer.reasoning().isEmpty()) {
            output.put(
                    nextIndex,
                    items.text(
                            "rs_" + id + "_" + nextIndex++,
                            Kind.THOUGHTS,
                            answer.reasoning(),
                            mapper.createArrayNode(),
                            COMPLETED));
        }
        for (var search : answer.searches()) {
            output.put(nextIndex, items.search("ws_" + id + "_" + nextIndex++, search, status(search), withSources));
        }
        if (!answer.text().isEmpty()) {
            var kind = answer.refused() ? Kind.REFUSAL : Kind.ANSWER;
            var cited = mapper.createArrayNode();
            answer.citations().forEach(citation -> cited.add(items.citation(citation, 0)));
            output.put(
                    nextIndex, items.text("msg_" + id + "_" + nextIndex++, kind, answer.text(), cited, status(answer)));
        }
        for (var call : answer.calls()) {
            var arguments = call.arguments().isEmpty() ? "{}" : call.arguments();
            boolean isCustom = custom.contains(call.name());
            var said = isCustom ? CustomInput.of(arguments, mapper) : arguments;
            var itemId = callId(isCustom, nextIndex);
            output.put(nextIndex++, items.call(itemId, call, isCustom, said, true));
        }
        return response(status(answer), answer);
    }
}
