package carafe.feature.chats.turns;

import java.util.List;
import java.util.function.Consumer;

/**
 * Tells thoughts from the answer where a server leaves a model's own marks in the text: {@code <think>…</think>} and the
 * like at its beginning. Further on they are text, since an answer may be about them. The marks are those that Open
 * WebUI knows.
 */
final class ThoughtTags {
    private record Tag(String open, String close) {}

    private static final List<Tag> TAGS = List.of(
            new Tag("<think>", "</think>"),
            new Tag("<thinking>", "</thinking>"),
            new Tag("<reason>", "</reason>"),
            new Tag("<reasoning>", "</reasoning>"),
            new Tag("<thought>", "</thought>"),
            new Tag("<Thought>", "</Thought>"),
            new Tag("<|begin_of_thought|>", "<|end_of_thought|>"),
            new Tag("◁think▷", "◁/think▷"));

    private enum Place {
        BEFORE,
        INSIDE,
        AFTER,
        TEXT
    }

    private final Consumer<String> text;
    private final Consumer<String> thought;
    private final StringBuilder held = new StringBuilder();
    private Place place;
    private String close = "";
    /** Whether no thought has come yet, so that blanks are but the line after the mark. */
    private boolean fresh;

    /** @param begun whether the answer has text already, so that no thoughts can come before it */
    ThoughtTags(boolean begun, Consumer<String> text, Consumer<String> thought) {
        this.place = begun ? Place.TEXT : Place.BEFORE;
        this.text = text;
        this.thought = thought;
    }

    void accept(String piece) {
        if (place == Place.TEXT) {
            text.accept(piece);
            return;
        }
        held.append(piece);
        if (place == Place.BEFORE) {
            begin();
        }
        if (place == Place.INSIDE) {
            think();
        }
        if (place == Place.AFTER && !held.toString().isBlank()) {
            place = Place.TEXT;
            text.accept(taken().stripLeading());
        }
    }

    /** No more comes: what is held back was no mark. */
    void end() {
        var rest = taken();
        if (place == Place.INSIDE) {
            tell(thought, rest);
        } else if (place == Place.BEFORE) {
            tell(text, rest);
        }
        place = Place.TEXT;
    }

    private void begin() {
        var start = held.toString().stripLeading();
        for (var tag : TAGS) {
            if (start.startsWith(tag.open)) {
                place = Place.INSIDE;
                close = tag.close;
                held.setLength(0);
                held.append(start, tag.open.length(), start.length());
                fresh = true;
                return;
            }
        }
        if (TAGS.stream().noneMatch(tag -> tag.open.startsWith(start))) {
            place = Place.TEXT;
            text.accept(taken());
        }
    }

    private void think() {
        int end = held.indexOf(close);
        if (end < 0) {
            int sure = held.length() - overlap();
            think(held.substring(0, sure));
            held.delete(0, sure);
            return;
        }
        think(held.substring(0, end).stripTrailing());
        held.delete(0, end + close.length());
        place = Place.AFTER;
    }

    private void think(String piece) {
        tell(thought, fresh ? piece.stripLeading() : piece);
        fresh = fresh && piece.isBlank();
    }

    /** How many characters at the end may be the beginning of the closing mark, or blanks before it. */
    private int overlap() {
        int most = Math.min(close.length() - 1, held.length());
        int part = most;
        while (part > 0 && !close.startsWith(held.substring(held.length() - part))) {
            part--;
        }
        int at = held.length() - part;
        while (at > 0 && Character.isWhitespace(held.charAt(at - 1))) {
            at--;
        }
        return held.length() - at;
    }

    private String taken() {
        var all = held.toString();
        held.setLength(0);
        return all;
    }

    private static void tell(Consumer<String> to, String piece) {
        if (!piece.isEmpty()) {
            to.accept(piece);
        }
    }
}
