package carafe.engine.llm.anthropic;

import carafe.engine.llm.AnswerReader;
import carafe.engine.llm.EventOut;
import carafe.engine.llm.LlmEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;

/** Reads answers of the Anthropic API: a message, or its stream of content blocks. */
final class MessagesReader implements AnswerReader {
    /** A tool call on its way; {@code input} is what came with its start, for servers that send it there. */
    private record Call(int index, String input, boolean[] hadPieces) {}

    private final EventOut out;
    private final SearchReader searches;
    /** By the index of their content block; blocks may interleave. */
    private final Map<Integer, Call> open = new HashMap<>();

    private final UsageCount usage = new UsageCount();
    private int calls;
    private boolean toldUsage;

    MessagesReader(EventOut out, ObjectMapper mapper) {
        this.out = out;
        this.searches = new SearchReader(out, mapper);
    }

    @Override
    public EventOut out() {
        return out;
    }

    @Override
    public void piece(JsonNode event) {
        int index = event.path("index").asInt();
        switch (event.path("type").asText()) {
            case "message_start" -> {
                var message = event.path("message");
                out.started(message.path("id").asText(), message.path("model").asText());
                usage.add(message.path("usage"));
            }
            case "content_block_start" -> start(index, event.path("content_block"));
            case "content_block_delta" -> delta(index, event.path("delta"));
            case "content_block_stop" -> stop(index);
            case "message_delta" -> {
                usage.add(event.path("usage"));
                if (event.path("delta").hasNonNull("stop_reason")) {
                    tellUsage(); // some servers forget message_stop
                    out.finish(reason(event.path("delta").get("stop_reason").asText()));
                }
            }
            case "message_stop" -> {
                tellUsage();
                out.done();
            }
            default -> {} // ping, and what is not invented yet
        }
    }

    @Override
    public void whole(JsonNode message) {
        out.started(message.path("id").asText(), message.path("model").asText());
        int index = 0;
        for (var block : message.path("content")) {
            start(index, block);
            stop(index++);
        }
        usage.add(message.path("usage"));
        tellUsage();
        if (message.hasNonNull("stop_reason")) {
            out.finish(reason(message.get("stop_reason").asText()));
        }
        out.over();
    }

    private void tellUsage() {
        var counted = usage.usage();
        if (counted != null && !toldUsage) {
            toldUsage = true;
            out.usage(counted);
        }
    }

    private void start(int index, JsonNode block) {
        switch (block.path("type").asText()) {
            case "text" -> {
                searches.beginText();
                text(block.path("text").asText(""));
                block.path("citations").forEach(searches::cite);
            }
            case "thinking" -> out.reasoning(block.path("thinking").asText(""));
            case "tool_use" -> {
                var input = block.path("input");
                var call = new Call(calls++, input.isEmpty() ? "" : input.toString(), new boolean[1]);
                open.put(index, call);
                out.toolCall(
                        call.index(),
                        block.path("id").asText(),
                        block.path("name").asText(),
                        "");
            }
            case "server_tool_use" -> searches.begin(index, block);
            case "web_search_tool_result" -> searches.result(block);
            default -> {} // redacted thoughts, and what other tools of the API do
        }
    }

    private void delta(int index, JsonNode delta) {
        switch (delta.path("type").asText()) {
            case "text_delta" -> text(delta.path("text").asText(""));
            case "citations_delta" -> searches.cite(delta.path("citation"));
            case "thinking_delta" -> out.reasoning(delta.path("thinking").asText(""));
            case "input_json_delta" -> {
                var call = open.get(index);
                var piece = delta.path("partial_json").asText("");
                if (call != null && !piece.isEmpty()) {
                    call.hadPieces()[0] = true;
                    out.toolCall(call.index(), null, null, piece);
                }
                searches.input(index, piece);
            }
            default -> {} // signatures
        }
    }

    private void text(String text) {
        searches.said(text);
        out.text(text);
    }

    private void stop(int index) {
        searches.stop(index);
        var call = open.remove(index);
        if (call != null && !call.hadPieces()[0]) {
            out.toolCall(call.index(), null, null, call.input().isEmpty() ? "{}" : call.input());
        }
    }

    private static String reason(String reason) {
        return switch (reason) {
            case "max_tokens", "model_context_window_exceeded" -> "length";
            case "tool_use" -> "tool_calls";
            case "refusal" -> "content_filter";
            default -> "stop"; // end_turn, stop_sequence, pause_turn
        };
    }

    /** Tokens as the API counts them, whose input leaves out what the cache read or wrote. */
    static final class UsageCount {
        private final Map<String, Long> counts = new HashMap<>();

        /** Later figures replace earlier ones: they are sums. */
        void add(JsonNode usage) {
            usage.properties().forEach(field -> {
                if (field.getValue().isIntegralNumber()) {
                    counts.put(field.getKey(), field.getValue().asLong());
                }
            });
        }

        LlmEvent.@org.jspecify.annotations.Nullable Usage usage() {
            if (counts.isEmpty()) {
                return null;
            }
            long cached = count("cache_read_input_tokens");
            return new LlmEvent.Usage(
                    count("input_tokens") + count("cache_creation_input_tokens") + cached,
                    count("output_tokens"),
                    cached);
        }

        private long count(String name) {
            return counts.getOrDefault(name, 0L);
        }
    }
}
