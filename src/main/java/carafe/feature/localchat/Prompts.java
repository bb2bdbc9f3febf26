package carafe.feature.localchat;

import carafe.feature.chats.Message;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a model is given of a session: its system prompts in one, then the newest messages that the budget has room for.
 * Templates of small models know a system prompt at the beginning only, and drop or refuse one elsewhere.
 */
final class Prompts {
    /** Messages that are looked at; more than any budget has room for in practice. */
    static final int LOOK = 500;

    private final int budget;

    /** @param budget tokens of history, as {@link Tokens} counts them */
    Prompts(int budget) {
        this.budget = budget;
    }

    /** The body of a chat completion request, without model. */
    ObjectNode request(List<Message> line, Wish wish) {
        var request = JsonNodeFactory.instance.objectNode();
        request.set("messages", messages(line, wish.system()));
        request.setAll(wish.request());
        return request;
    }

    /** {@code [{role, content}]}: the last message always, those before it while they fit. */
    ArrayNode messages(List<Message> line, Optional<String> system) {
        var prompts = line.stream()
                .filter(message -> message.role().equals("system"))
                .map(Message::content)
                .collect(Collectors.toCollection(ArrayList::new));
        system.filter(text -> !text.isBlank()).ifPresent(prompts::add);
        var messages = JsonNodeFactory.instance.arrayNode();
        if (!prompts.isEmpty()) {
            add(messages, "system", String.join("\n\n", prompts));
        }
        newest(line).forEach(message -> add(messages, message.role(), message.content()));
        return messages;
    }

    private List<Message> newest(List<Message> line) {
        var said = line.stream()
                .filter(message ->
                        !message.role().equals("system") && !message.content().isBlank())
                .toList();
        int from = said.size();
        for (int room = budget; from > 0; from--) {
            room -= Tokens.of(said.get(from - 1).content());
            if (room < 0 && from < said.size()) {
                break;
            }
        }
        // where something was left out, what is left begins with a question
        while (from > 0 && from < said.size() - 1 && said.get(from).role().equals("assistant")) {
            from++;
        }
        return said.subList(from, said.size());
    }

    private static void add(ArrayNode messages, String role, String content) {
        messages.addObject().put("role", role).put("content", content);
    }
}
