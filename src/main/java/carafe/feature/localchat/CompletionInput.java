package carafe.feature.localchat;

import carafe.feature.chats.LinearChats;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The messages of a completion request, which are what is new in its session. */
final class CompletionInput {
    private static final Set<String> ROLES = Set.of("user", "assistant", "system");
    private static final int MOST_MESSAGES = 1_000;

    private CompletionInput() {}

    static List<LinearChats.Added> messages(Fields fields) {
        var sent = fields.optionalArray("messages").orElseThrow(() -> fields.missing("messages"));
        if (sent.isEmpty() || sent.size() > MOST_MESSAGES) {
            throw new Problem.Unprocessable("'messages' must hold 1 to " + MOST_MESSAGES + " messages.", "messages");
        }
        var messages = new ArrayList<LinearChats.Added>();
        for (int i = 0; i < sent.size(); i++) {
            messages.add(message(sent.get(i), "messages." + i));
        }
        return messages;
    }

    private static LinearChats.Added message(JsonNode sent, String place) {
        var role = sent.path("role").asText();
        if (!ROLES.contains(role)) {
            throw new Problem.Unprocessable("'" + place + ".role' must be user, assistant or system.", place + ".role");
        }
        var text = text(sent.path("content"), place + ".content");
        return new LinearChats.Added(role, text, Tokens.of(text), null);
    }

    /** A string, or parts of which those of type text count. */
    private static String text(JsonNode content, String place) {
        if (content.isTextual() && !content.textValue().isBlank()) {
            return content.textValue();
        }
        var text = new StringBuilder();
        if (content.isArray()) {
            for (var part : content) {
                if (part.path("type").asText().equals("text")
                        && part.path("text").isTextual()) {
                    text.append(text.isEmpty() ? "" : "\n")
                            .append(part.path("text").textValue());
                }
            }
        }
        if (text.toString().isBlank()) {
            throw new Problem.Unprocessable("'" + place + "' must be a text, or a list with parts of text.", place);
        }
        return text.toString();
    }
}
