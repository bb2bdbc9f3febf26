package carafe.feature.chats.turns;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The events that Open WebUI's front ends draw an answer from: items of reasoning and text for versions from 0.12 on, plain
 * content for those before. Sources: the events of both, and the streaming events of OpenAI's Responses API.
 */
final class OutputEvents {
    private final String messageId;
    private final LongSupplier secondsOfThought;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();
    private boolean thoughtFirst;

    /** @param secondsOfThought how long the model has thought */
    OutputEvents(String messageId, LongSupplier secondsOfThought) {
        this.messageId = messageId;
        this.secondsOfThought = secondsOfThought;
    }

    // ---- from 0.12 on -------------------------------------------------------------------------

    /** Everything anew. */
    ObjectNode snapshot(String content, String reasoning) {
        text.setLength(0);
        text.append(content);
        thought.setLength(0);
        thought.append(reasoning);
        thoughtFirst = !reasoning.isEmpty();
        return completion(data -> {
            data.put("content", content);
            data.set("output", output("in_progress"));
        });
    }

    ObjectNode text(String piece) {
        text.append(piece);
        return delta("response.output_text.delta", "msg_" + messageId, thoughtFirst ? 1 : 0, piece);
    }

    /** Reasoning goes before the text; where it begins after it, everything is drawn anew. */
    ObjectNode thought(String piece) {
        if (thought.isEmpty() && !text.isEmpty()) {
            return snapshot(text.toString(), piece);
        }
        thoughtFirst = true;
        thought.append(piece);
        return delta("response.reasoning_text.delta", "r_" + messageId, 0, piece);
    }

    private static ObjectNode delta(String type, String item, int index, String piece) {
        var event = JsonNodeFactory.instance.objectNode().put("type", "response:completion");
        event.putObject("data")
                .put("type", type)
                .put("item_id", item)
                .put("output_index", index)
                .put("content_index", 0)
                .put("delta", piece);
        return event;
    }

    /** An item begins ({@code added}) or is over ({@code done}). */
    ObjectNode reasoningItem(String phase) {
        var event = JsonNodeFactory.instance.objectNode().put("type", "response:completion");
        event.putObject("data")
                .put("type", "response.output_item." + phase)
                .put("output_index", 0)
                .set("item", reasoning(phase.equals("done") ? "completed" : "in_progress"));
        return event;
    }

    ArrayNode output(String status) {
        var items = JsonNodeFactory.instance.arrayNode();
        if (thoughtFirst) {
            items.add(reasoning(text.isEmpty() ? status : "completed"));
        }
        if (!text.isEmpty() || !thoughtFirst) {
            var item = items.addObject()
                    .put("type", "message")
                    .put("id", "msg_" + messageId)
                    .put("status", status)
                    .put("role", "assistant");
            item.putArray("content").addObject().put("type", "output_text").put("text", text.toString());
        }
        return items;
    }

    private ObjectNode reasoning(String status) {
        var item = JsonNodeFactory.instance
                .objectNode()
                .put("type", "reasoning")
                .put("id", "r_" + messageId)
                .put("status", status)
                .put("start_tag", "<think>")
                .put("end_tag", "</think>");
        item.putObject("attributes").put("type", "reasoning_content");
        item.putArray("content").addObject().put("type", "output_text").put("text", thought.toString());
        if (!status.equals("in_progress")) {
            item.put("duration", secondsOfThought.getAsLong());
        }
        return item.putNull("summary");
    }

    // ---- both ---------------------------------------------------------------------------------

    ObjectNode done(RunningTurn.Ended ended, boolean items) {
        return completion(data -> {
            data.put("done", true).put("content", items ? text.toString() : plain());
            if (items) {
                data.set("output", output("completed"));
            }
            if (ended.input() + ended.output() > 0) {
                data.putObject("usage")
                        .put("prompt_tokens", ended.input())
                        .put("completion_tokens", ended.output())
                        .put("input_tokens", ended.input())
                        .put("output_tokens", ended.output())
                        .put("total_tokens", ended.input() + ended.output());
            }
        });
    }

    static ObjectNode failed(@Nullable String error) {
        var event = JsonNodeFactory.instance.objectNode().put("type", "chat:message:error");
        var data = event.putObject("data").put("done", true);
        data.putObject("error").put("content", error);
        return event;
    }

    ObjectNode cancelled() {
        var event = JsonNodeFactory.instance.objectNode().put("type", "chat:tasks:cancel");
        event.putObject("data").set("output", output("incomplete"));
        return event;
    }

    static ObjectNode active(boolean active) {
        var event = JsonNodeFactory.instance.objectNode().put("type", "chat:active");
        event.putObject("data").put("active", active).putNull("folder_id");
        return event;
    }

    // ---- before 0.12 --------------------------------------------------------------------------

    /** One more piece of text. */
    static ObjectNode piece(String piece) {
        return completion(data -> data.putArray("choices")
                .addObject()
                .put("index", 0)
                .putObject("delta")
                .put("content", piece));
    }

    /** Everything anew, reasoning folded into the text. */
    ObjectNode whole() {
        return completion(data -> data.put("content", plain()));
    }

    private String plain() {
        if (thought.isEmpty()) {
            return text.toString();
        }
        var quoted =
                thought.toString().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return "<details type=\"reasoning\" done=\"" + !text.isEmpty() + "\">\n<summary>Thinking…</summary>\n&gt; "
                + quoted.replace("\n", "\n&gt; ") + "\n</details>\n" + text;
    }

    private static ObjectNode completion(java.util.function.Consumer<ObjectNode> fill) {
        var event = JsonNodeFactory.instance.objectNode().put("type", "chat:completion");
        fill.accept(event.putObject("data"));
        return event;
    }
}
