package carafe.feature.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.regex.Pattern;

/**
 * The free text for a custom tool, read from the arguments of the function that stands for it while they come. What a
 * model wrote that has not the form of those arguments is the text itself.
 */
final class CustomInput {
    private static final Pattern HEAD = Pattern.compile("\\s*\\{\\s*\"input\"\\s*:\\s*\"");

    private final ObjectMapper mapper;
    private final StringBuilder arguments = new StringBuilder();
    private final StringBuilder text = new StringBuilder();
    /** How far the arguments are read; 0 as long as their text has not begun. */
    private int read;

    private int told;
    private boolean ended;

    CustomInput(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** The text in arguments that are whole. */
    static String of(String arguments, ObjectMapper mapper) {
        var input = new CustomInput(mapper);
        input.add(arguments);
        input.rest();
        return input.text();
    }

    /** Takes the next piece of the arguments and answers what text it brings. */
    String add(String piece) {
        arguments.append(piece);
        if (read == 0) {
            var head = HEAD.matcher(arguments);
            if (!head.lookingAt()) {
                return "";
            }
            read = head.end();
        }
        while (!ended && decodeOne()) {}
        boolean half = !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1));
        return tell(half ? text.length() - 1 : text.length());
    }

    /** What is left to say once nothing comes any more. */
    String rest() {
        if (read == 0) {
            text.append(otherwise());
        }
        return tell(text.length());
    }

    String text() {
        return text.toString();
    }

    private String tell(int end) {
        var piece = text.substring(told, Math.max(told, end));
        told += piece.length();
        return piece;
    }

    /** False when the next character is not there as a whole. */
    private boolean decodeOne() {
        if (read >= arguments.length()) {
            return false;
        }
        char c = arguments.charAt(read);
        if (c == '"') {
            ended = true;
            return false;
        }
        if (c != '\\') {
            text.append(c);
            read++;
            return true;
        }
        if (read + 1 >= arguments.length()) {
            return false;
        }
        char escaped = arguments.charAt(read + 1);
        if (escaped == 'u') {
            return decodeUnicode();
        }
        text.append(
                switch (escaped) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    default -> escaped;
                });
        read += 2;
        return true;
    }

    private boolean decodeUnicode() {
        if (read + 6 > arguments.length()) {
            return false;
        }
        int code = 0;
        for (int i = read + 2; i < read + 6; i++) {
            code = code * 16 + Math.max(0, Character.digit(arguments.charAt(i), 16));
        }
        text.append((char) code);
        read += 6;
        return true;
    }

    private String otherwise() {
        var all = arguments.toString();
        try {
            var tree = mapper.readTree(all);
            if (tree.path("input").isTextual()) {
                return tree.get("input").textValue();
            }
            return tree.isObject() && tree.isEmpty() ? "" : all;
        } catch (JsonProcessingException e) {
            return all;
        }
    }
}
