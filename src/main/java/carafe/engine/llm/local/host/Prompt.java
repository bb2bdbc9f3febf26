package carafe.engine.llm.local.host;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages through the model's chat template. The binding returns the text by JNI's modified UTF-8, which garbles
 * characters beyond the basic plane and ends at a NUL: the first travel as private-use characters, the second is replaced.
 */
final class Prompt {
    private static final char FIRST_PRIVATE = '\uE000';
    private static final char LAST_PRIVATE = '\uF8FF';
    private static final char REPLACEMENT = '\uFFFD';

    private final Map<Integer, Character> there = new HashMap<>();
    private final Map<Character, Integer> back = new HashMap<>();
    private final String all;
    private char next = FIRST_PRIVATE;

    private Prompt(String all) {
        this.all = all;
    }

    static String of(Engine engine, List<ChatRequest.Message> messages) {
        Prompt prompt = new Prompt(String.join(
                "", messages.stream().map(ChatRequest.Message::content).toList()));
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode list = body.putArray("messages");
        for (ChatRequest.Message message : messages) {
            list.addObject().put("role", message.role()).put("content", prompt.narrow(message.content()));
        }
        return prompt.widen(engine.template(body.toString()));
    }

    private String narrow(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == 0 || (c < 0x10000 && Character.isSurrogate((char) c))) {
                out.append(REPLACEMENT);
            } else if (c < 0x10000) {
                out.append((char) c);
            } else {
                out.append(there.computeIfAbsent(c, this::substitute).charValue());
            }
        });
        return out.toString();
    }

    private char substitute(int codePoint) {
        while (next <= LAST_PRIVATE && all.indexOf(next) >= 0) {
            next++;
        }
        if (next > LAST_PRIVATE) {
            return REPLACEMENT;
        }
        back.put(next, codePoint);
        return next++;
    }

    private String widen(String text) {
        if (back.isEmpty()) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            Integer original = back.get(text.charAt(i));
            if (original == null) {
                out.append(text.charAt(i));
            } else {
                out.appendCodePoint(original);
            }
        }
        return out.toString();
    }
}
