package carafe.engine.relay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request or a response as it came: start line and fields, every byte, order and repetition kept. Text is
 * ISO-8859-1, so that each byte is one character.
 */
public final class Head {
    private static final int NUMBERS = 4;

    private final byte[] bytes;
    /** For each field: start of its line, end of its name, start and end of its value. The lines end where the next begins. */
    private final int[] places;

    private final FieldKind[] kinds;
    private final int count;
    private final boolean http11;
    /** Request: end of the method, start and end of the target. Response: status, start and end of the reason. */
    private final int first;

    private final int from;
    private final int to;

    Head(byte[] bytes, HeadParser parsed) {
        this.bytes = bytes;
        this.places = java.util.Arrays.copyOf(parsed.places, parsed.count * NUMBERS + 1);
        this.kinds = java.util.Arrays.copyOf(parsed.kinds, parsed.count);
        this.count = parsed.count;
        this.http11 = parsed.http11;
        this.first = parsed.first;
        this.from = parsed.from;
        this.to = parsed.to;
    }

    /** The method of a request. */
    public String method() {
        return switch (first) {
            case 3 -> bytes[0] == 'G' && bytes[1] == 'E' && bytes[2] == 'T' ? "GET" : text(0, first);
            case 4 ->
                bytes[0] == 'P' && bytes[1] == 'O' && bytes[2] == 'S' && bytes[3] == 'T' ? "POST" : text(0, first);
            default -> text(0, first);
        };
    }

    /** The target of a request as it was sent: nothing decoded, nothing made canonical. */
    public String target() {
        return text(from, to);
    }

    /** The status of a response. */
    public int status() {
        return first;
    }

    /** The reason phrase of a response, perhaps empty. */
    public String reason() {
        return text(from, to);
    }

    boolean http11() {
        return http11;
    }

    int count() {
        return count;
    }

    FieldKind kind(int field) {
        return kinds[field];
    }

    String name(int field) {
        return text(places[field * NUMBERS], places[field * NUMBERS + 1]);
    }

    String value(int field) {
        return text(places[field * NUMBERS + 2], places[field * NUMBERS + 3]);
    }

    /** Whether {@code lower}, in small letters, is the name of {@code field}. */
    boolean named(int field, String lower) {
        int start = places[field * NUMBERS];
        return places[field * NUMBERS + 1] - start == lower.length() && FieldKind.is(bytes, start, lower);
    }

    /** The value of the first field of that name (in small letters), or null. */
    public @Nullable String value(String lower) {
        for (int i = 0; i < count; i++) {
            if (named(i, lower)) {
                return value(i);
            }
        }
        return null;
    }

    /** The values of all fields of that name (in small letters), in order. */
    public List<String> values(String lower) {
        List<String> values = List.of();
        for (int i = 0; i < count; i++) {
            if (named(i, lower)) {
                values = values.isEmpty() ? new ArrayList<>(2) : values;
                values.add(value(i));
            }
        }
        return values;
    }

    /** Whether a field of that name (in small letters) lists {@code token} (in small letters). */
    boolean lists(FieldKind kind, String token) {
        for (int i = 0; i < count; i++) {
            if (kinds[i] == kind) {
                for (var part : value(i).split(",", -1)) {
                    if (part.strip().toLowerCase(Locale.ROOT).equals(token)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** The names, in small letters, of fields that end here because {@code Connection} says so. */
    List<String> connectionNames() {
        List<String> names = List.of();
        for (int i = 0; i < count; i++) {
            if (kinds[i] == FieldKind.CONNECTION) {
                for (var part : value(i).split(",", -1)) {
                    var name = part.strip().toLowerCase(Locale.ROOT);
                    if (!name.isEmpty() && !name.equals("close") && !name.equals("keep-alive")) {
                        names = names.isEmpty() ? new ArrayList<>(2) : names;
                        names.add(name);
                    }
                }
            }
        }
        return names;
    }

    /** Sends the line of {@code field} with its line end, as it came. */
    void line(int field, Out out) {
        int start = places[field * NUMBERS];
        out.bytes(bytes, start, places[(field + 1) * NUMBERS] - start);
    }

    void method(Out out) {
        out.bytes(bytes, 0, first);
    }

    void reason(Out out) {
        out.bytes(bytes, from, to - from);
    }

    /** All of it, for somebody who will read it again. */
    byte[] bytes() {
        return bytes;
    }

    private String text(int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }
}
