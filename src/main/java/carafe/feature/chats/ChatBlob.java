package carafe.feature.chats;

import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A chat object as clients send it, checked and taken apart. Keys that are absent leave what is stored as it is.
 *
 * @param current what {@code history.currentId} says, if anything
 * @param messages all messages of the chat, parents before their children; absent when none were sent
 * @param rest the keys that Carafe only keeps: models, params, files, system…
 */
record ChatBlob(Optional<String> title, Optional<Current> current, Optional<List<Message>> messages, ObjectNode rest) {
    static final int MAX_TITLE = 1_000;
    private static final int MAX_REST = 4 << 20;
    private static final Set<String> OURS = Set.of("id", "title", "history", "messages", "timestamp", "user_id");

    /** The leaf that a client shows; null when it shows none. */
    record Current(@Nullable String id) {}

    /** @throws Problem naming the first place that is wrong */
    static ChatBlob parse(Fields request, String chatId, long now) {
        var chat = request.optionalObject("chat").orElseThrow(() -> request.missing("chat"));
        var title = chat.optionalText("title", MAX_TITLE).map(Unicode::mended);
        var history = chat.optionalObject("history");
        var messages = history.flatMap(h -> h.optionalObject("messages"))
                .map(sent -> SentMessages.parse(sent.node(), chatId, now));
        return new ChatBlob(title, history.flatMap(ChatBlob::current), messages, rest(chat.node()));
    }

    private static Optional<Current> current(Fields history) {
        if (!history.node().has("currentId")) {
            return Optional.empty();
        }
        var id = history.optionalText("currentId", SentMessages.MAX_ID).filter(text -> !text.isEmpty());
        return Optional.of(new Current(id.orElse(null)));
    }

    private static ObjectNode rest(ObjectNode chat) {
        var rest = chat.objectNode();
        for (var field : chat.properties()) {
            if (!OURS.contains(field.getKey())) {
                rest.set(field.getKey(), field.getValue());
            }
        }
        if (length(rest) > MAX_REST) {
            throw new Problem.Unprocessable(
                    "'chat' has more than " + MAX_REST + " characters beside its messages.", "chat");
        }
        return rest;
    }

    private static int length(JsonNode node) {
        return node.isEmpty() ? 0 : node.toString().length();
    }
}
