package carafe.feature.chats;

import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code chat.history.messages}: types, sizes, and that it is a forest. */
final class SentMessages {
    static final int MAX_ID = 128;
    static final int MOST = 10_000;
    private static final String PLACE = "chat.history.messages";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:~-]{1," + MAX_ID + "}");
    private static final Pattern ROLE = Pattern.compile("[a-z_]{1,32}");
    /** Keys that have a column or are derived; everything else is the body. */
    private static final Set<String> OURS =
            Set.of("id", "parentId", "childrenIds", "role", "content", "model", "done", "state");

    private SentMessages() {}

    /** Parents before children, siblings as {@code childrenIds} has them, so that storing them in turn keeps the order. */
    static List<Message> parse(ObjectNode sent, String chatId, long now) {
        if (sent.size() > MOST) {
            throw new Problem.Unprocessable("A chat can have at most " + MOST + " messages.", PLACE);
        }
        var messages = new LinkedHashMap<String, Message>();
        var rank = new HashMap<String, Integer>();
        for (var entry : sent.properties()) {
            messages.put(entry.getKey(), message(sent, entry.getKey(), chatId, now));
            for (var child : entry.getValue().path("childrenIds")) {
                rank.putIfAbsent(child.asText(), rank.size());
            }
        }
        var parents = new LinkedHashMap<String, @Nullable String>();
        messages.values().forEach(m -> parents.put(m.id(), m.parentId()));
        return order(parents, rank).stream().map(id -> known(messages, id)).toList();
    }

    /**
     * The ids, each after its parent.
     *
     * @param parents of each message its parent, or null
     * @param rank where siblings go; those without one come last, in the order of {@code parents}
     * @throws Problem.Unprocessable for a parent that is not there, and for a circle
     */
    static List<String> order(Map<String, @Nullable String> parents, Map<String, Integer> rank) {
        var children = new HashMap<@Nullable String, List<String>>();
        parents.forEach((id, parent) -> {
            if (parent != null && !parents.containsKey(parent)) {
                throw wrong(id, "parentId", "names a message that is not there");
            }
            children.computeIfAbsent(parent, p -> new ArrayList<>()).add(id);
        });
        var byRank = Comparator.comparingInt((String id) -> rank.getOrDefault(id, Integer.MAX_VALUE));
        var ordered = new ArrayList<String>(parents.size());
        var open = new ArrayDeque<String>(children.getOrDefault(null, List.of()));
        while (!open.isEmpty()) {
            var id = open.poll();
            ordered.add(id);
            children.getOrDefault(id, List.of()).stream().sorted(byRank).forEach(open::add);
        }
        if (ordered.size() < parents.size()) {
            var reached = Set.copyOf(ordered);
            var lost = parents.keySet().stream()
                    .filter(id -> !reached.contains(id))
                    .findFirst();
            throw wrong(lost.orElseThrow(), "parentId", "leads round in a circle");
        }
        return ordered;
    }

    /** A message on its own, as a request for its answer has it under {@code user_message}. */
    static Message one(Fields fields, String chatId, long now) {
        return message(fields, checkedId(fields.text("id", MAX_ID), fields.path("id")), chatId, now);
    }

    /** @throws Problem.Unprocessable naming {@code place} for what cannot be the id of a message */
    static String checkedId(String id, String place) {
        if (!ID.matcher(id).matches()) {
            throw new Problem.Unprocessable(
                    "A message id must have 1 to " + MAX_ID + " letters, digits or any of ._:~-", place);
        }
        return id;
    }

    private static Message message(ObjectNode sent, String id, String chatId, long now) {
        checkedId(id, PLACE);
        if (!(sent.get(id) instanceof ObjectNode node)) {
            throw new Problem.Unprocessable("'" + PLACE + "." + id + "' must be an object.", PLACE + "." + id);
        }
        return message(new Fields(node, PLACE + "." + id + "."), id, chatId, now);
    }

    private static Message message(Fields fields, String id, String chatId, long now) {
        if (fields.optionalText("id", MAX_ID).filter(own -> !own.equals(id)).isPresent()) {
            throw new Problem.Unprocessable(
                    "'" + fields.path("id") + "' differs from the key it is stored under.", fields.path("id"));
        }
        fields.optionalArray("childrenIds");
        var role = fields.text("role", 32);
        if (!ROLE.matcher(role).matches()) {
            throw new Problem.Unprocessable("'" + fields.path("role") + "' is not a role.", fields.path("role"));
        }
        var parent = fields.optionalText("parentId", MAX_ID).filter(text -> !text.isEmpty());
        var model = fields.optionalText("model", 500).map(Unicode::mended);
        var content = fields.optionalText("content", Message.MAX_CONTENT).map(Unicode::mended);
        var state = state(fields);
        return Message.fresh(
                chatId,
                id,
                parent.orElse(null),
                role,
                model.orElse(null),
                content.orElse(""),
                body(fields, now),
                state,
                now);
    }

    private static String body(Fields fields, long now) {
        var body = fields.node().objectNode();
        for (var field : fields.node().properties()) {
            if (!OURS.contains(field.getKey())) {
                body.set(field.getKey(), field.getValue());
            }
        }
        if (!fields.optionalBool("done").orElse(true)) {
            body.put("done", false);
        }
        var text = Wire.body(body, now);
        if (text.length() > Message.MAX_BODY) {
            var place = fields.path("").replaceAll("\\.$", "");
            throw new Problem.Unprocessable(
                    "'" + place + "' has more than " + Message.MAX_BODY + " characters.", place);
        }
        return text;
    }

    /** A client's copy of an unfinished answer is {@link MessageState#STREAMING}; it must never be stored as such. */
    private static MessageState state(Fields fields) {
        var state = fields.optionalText("state", 32).orElse("");
        boolean done = fields.optionalBool("done").orElse(false);
        return switch (state) {
            case "streaming" -> done ? MessageState.DONE : MessageState.STREAMING;
            case "cancelled" -> MessageState.CANCELLED;
            default -> fields.has("error") ? MessageState.ERROR : MessageState.DONE;
        };
    }

    private static Message known(Map<String, Message> messages, String id) {
        var message = messages.get(id);
        if (message == null) {
            throw new IllegalStateException("ordered a message that was not sent");
        }
        return message;
    }

    private static Problem wrong(String id, String key, String what) {
        var place = PLACE + "." + id + "." + key;
        return new Problem.Unprocessable("'" + place + "' " + what + ".", place);
    }
}
