package carafe.engine.llm.local.host;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A chat completion as the OpenAI API asks for it, checked.
 *
 * @param sampling fields that llama.cpp knows by the same name, copied as they are
 * @param schema JSON schema that the answer must follow, or null
 * @param maxTokens most tokens to write, or null for as many as fit
 */
record ChatRequest(
        List<Message> messages,
        boolean stream,
        boolean includeUsage,
        @Nullable Integer maxTokens,
        ObjectNode sampling,
        @Nullable JsonNode schema) {
    record Message(String role, String content) {}

    private static final int MOST_STOPS = 16;

    static ChatRequest parse(JsonNode body) {
        if (!body.isObject()) {
            throw Refusal.badRequest("The request body must be a JSON object.");
        }
        refuseUnsupported(body);
        JsonNode max =
                body.hasNonNull("max_completion_tokens") ? body.get("max_completion_tokens") : body.path("max_tokens");
        return new ChatRequest(
                messages(body.path("messages")),
                body.path("stream").asBoolean(false),
                body.path("stream_options").path("include_usage").asBoolean(false),
                absent(max) ? null : Integer.valueOf((int) whole("max_tokens", max, 1, Integer.MAX_VALUE)),
                sampling(body),
                ResponseFormat.schema(body.path("response_format")));
    }

    /** What tells one conversation from another when the caller does not say: how it begins. */
    String session() {
        StringBuilder start = new StringBuilder();
        for (Message message : messages) {
            start.append(message.content()).append('\n');
            if (message.role().equals("user")) {
                break;
            }
        }
        return start.length() + "-" + start.toString().hashCode();
    }

    private static void refuseUnsupported(JsonNode body) {
        if (!absent(body.path("n")) && body.path("n").asInt() != 1) {
            throw Refusal.badField("n", "Local models give one answer at a time: n must be 1.");
        }
        refuseTools(body, "tools", "tool_choice");
        refuseTools(body, "functions", "function_call");
        if (body.path("web_search_options").isObject()) {
            throw new Refusal(
                    400,
                    "tools_unsupported",
                    "Local models do not search the web. Leave out `web_search`, or choose a model of another connection.",
                    "web_search_options");
        }
        if (body.path("logprobs").asBoolean(false)) {
            throw Refusal.badField("logprobs", "Local models do not report logprobs.");
        }
    }

    private static void refuseTools(JsonNode body, String field, String choice) {
        if (!body.path(field).isEmpty() && !body.path(choice).asText().equals("none")) {
            throw new Refusal(
                    400,
                    "tools_unsupported",
                    "Local models do not call tools. Leave out `" + field
                            + "`, or choose a model of another connection.",
                    field);
        }
    }

    private static List<Message> messages(JsonNode list) {
        if (!list.isArray() || list.isEmpty()) {
            throw Refusal.badField("messages", "`messages` must be a list with at least one message.");
        }
        List<Message> messages = new ArrayList<>(list.size());
        int index = 0;
        for (JsonNode message : list) {
            String where = "messages." + index++;
            String role = role(message.path("role").asText(), where + ".role");
            String content = content(message.path("content"), role.equals("assistant"), where + ".content");
            if (!content.isEmpty() || !role.equals("assistant")) {
                messages.add(new Message(role, content));
            }
        }
        return List.copyOf(messages);
    }

    private static String role(String role, String where) {
        return switch (role) {
            case "system", "developer" -> "system";
            case "assistant" -> "assistant";
            // results of tools that another model called earlier in the chat
            case "user", "tool", "function" -> "user";
            default -> throw Refusal.badField(where, "`" + where + "` must be system, user or assistant.");
        };
    }

    private static String content(JsonNode content, boolean optional, String where) {
        if (absent(content) && optional) {
            return "";
        }
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            throw Refusal.badField(where, "`" + where + "` must be a text or a list of parts.");
        }
        List<String> parts = new ArrayList<>();
        for (JsonNode part : content) {
            if (!part.path("text").isTextual()) {
                throw Refusal.badField(where, "This local model reads text only.");
            }
            parts.add(part.path("text").textValue());
        }
        return String.join("\n", parts);
    }

    private static ObjectNode sampling(JsonNode body) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        number(body, out, "temperature", 0, 2);
        number(body, out, "top_p", 0, 1);
        number(body, out, "frequency_penalty", -2, 2);
        number(body, out, "presence_penalty", -2, 2);
        if (!absent(body.path("seed"))) {
            out.put("seed", whole("seed", body.path("seed"), Long.MIN_VALUE, Long.MAX_VALUE) & 0xFFFFFFFFL);
        }
        stops(body.path("stop"), out);
        return out;
    }

    private static void stops(JsonNode stop, ObjectNode out) {
        if (absent(stop)) {
            return;
        }
        Iterable<JsonNode> words = stop.isArray() ? stop : Set.of(stop);
        var list = out.putArray("stop");
        for (JsonNode word : words) {
            if (!word.isTextual() || list.size() == MOST_STOPS) {
                throw Refusal.badField("stop", "`stop` must be a text or a list of at most " + MOST_STOPS + " texts.");
            }
            if (!word.textValue().isEmpty()) {
                list.add(word.textValue());
            }
        }
    }

    private static void number(JsonNode body, ObjectNode out, String name, double least, double most) {
        JsonNode value = body.path(name);
        if (absent(value)) {
            return;
        }
        if (!value.isNumber() || !(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw Refusal.badField(name, "`" + name + "` must be a number from " + least + " to " + most + ".");
        }
        out.put(name, value.doubleValue());
    }

    private static long whole(String name, JsonNode value, long least, long most) {
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < least
                || value.longValue() > most) {
            throw Refusal.badField(
                    name, "`" + name + "` must be a whole number" + (least > 0 ? " of at least " + least : "") + ".");
        }
        return value.longValue();
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }
}
