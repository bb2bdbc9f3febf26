package carafe.feature.proxy;

import carafe.engine.relay.Rewriter;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the text of the first system prompt of a {@code /v1/messages} request, or puts one before it. A body that has
 * no list of system prompts, or is no JSON, stays as it is byte by byte. In a changed one only the space between tokens
 * goes (some upstreams refuse it): order, numbers and the way strings are escaped stay.
 */
final class PromptRule implements Rewriter {
    /** The largest request that the Anthropic API takes. */
    private static final int MOST = 32 << 20;

    private static final int DEEPEST = 1000;
    private static final String KEYWORD = "claude code";
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(MOST)
                    .maxNumberLength(10_000)
                    .build())
            .build();

    private final byte[] quoted;
    private final boolean insert;

    /** @param insert whether it goes before the first prompt, unless that one is of the tool whose name is in it */
    PromptRule(String replacement, boolean insert) {
        this.insert = insert;
        var text = new StringBuilder("\"");
        JsonStringEncoder.getInstance().quoteAsString(replacement, text);
        this.quoted = text.append('"').toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int most() {
        return MOST;
    }

    @Override
    public byte[] rewrite(byte[] body) {
        Place place;
        try {
            place = isObject(body) ? find(body) : null;
        } catch (IOException e) {
            return body; // not JSON
        }
        if (place == null || (insert && place.text() == null) || !isUtf8(body)) {
            return body;
        }
        var out = new ByteArrayOutputStream(body.length + quoted.length + 80);
        boolean before =
                insert && !String.valueOf(place.text()).toLowerCase(Locale.ROOT).contains(KEYWORD);
        if (before) {
            compact(body, 0, place.element(), out);
            out.writeBytes("{\"type\":\"text\",\"text\":".getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(quoted);
            out.writeBytes(",\"cache_control\":{\"type\":\"ephemeral\"}},".getBytes(StandardCharsets.US_ASCII));
            compact(body, place.element(), body.length, out);
        } else {
            compact(body, 0, place.start(), out);
            out.writeBytes(quoted);
            compact(body, place.end(), body.length, out);
        }
        return out.toByteArray();
    }

    /** Whether it begins as an object does in UTF-8; the parser would read other encodings as well. */
    private static boolean isObject(byte[] body) {
        int at = 0;
        while (at < body.length && (body[at] == ' ' || body[at] == '\n' || body[at] == '\r' || body[at] == '\t')) {
            at++;
        }
        return at + 1 < body.length && body[at] == '{' && body[at + 1] != 0;
    }

    /** The parser passes over text that nobody asks for; overlong forms and halves of pairs would go unnoticed. */
    private static boolean isUtf8(byte[] body) {
        var decoder = StandardCharsets.UTF_8.newDecoder(); // reports what is malformed
        var in = ByteBuffer.wrap(body);
        var out = CharBuffer.allocate(4096);
        while (true) {
            var result = decoder.decode(in, out, true);
            if (result.isError()) {
                return false;
            }
            if (result.isUnderflow()) {
                return true;
            }
            out.clear();
        }
    }

    /**
     * Where the text is: the first element of the list begins at {@code element}, its text's value reaches from
     * {@code start} to {@code end}. {@code text} is null when the value is not a string.
     */
    private record Place(
            int element, int start, int end, @Nullable String text) {}

    /** Null when there is nothing to replace. Of a name that is given twice the last counts, as for other readers. */
    private static @Nullable Place find(byte[] body) throws IOException {
        Place place = null;
        try (var json = JSON.createParser(body)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean system = json.currentName().equals("system");
                var value = json.nextToken();
                if (system) {
                    place = value == JsonToken.START_ARRAY ? first(json) : null;
                }
                if (!system || value != JsonToken.START_ARRAY) {
                    skip(json);
                }
            }
            if (json.nextToken() != null) {
                throw new IOException("more than one value");
            }
        }
        return place;
    }

    /** Reads the list to its end. */
    private static @Nullable Place first(JsonParser json) throws IOException {
        Place place = null;
        boolean first = true;
        for (var token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (first && token == JsonToken.START_OBJECT) {
                int element = (int) json.currentTokenLocation().getByteOffset();
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    boolean wanted = json.currentName().equals("text");
                    var value = json.nextToken();
                    int start = (int) json.currentTokenLocation().getByteOffset();
                    var text = wanted && value == JsonToken.VALUE_STRING ? json.getText() : null;
                    skip(json);
                    if (wanted) {
                        json.finishToken();
                        place = new Place(
                                element, start, (int) json.currentLocation().getByteOffset(), text);
                    }
                }
            } else {
                skip(json);
            }
            first = false;
        }
        return place;
    }

    /** To the end of the value that begins here. */
    private static void skip(JsonParser json) throws IOException {
        json.skipChildren();
    }

    /** The bytes without the space between tokens. Neither end may lie within a string. */
    private static void compact(byte[] json, int from, int to, ByteArrayOutputStream out) {
        int start = from;
        boolean inString = false;
        for (int i = from; i < to; i++) {
            byte b = json[i];
            if (inString) {
                if (b == '\\') {
                    i++;
                } else if (b == '"') {
                    inString = false;
                }
            } else if (b == '"') {
                inString = true;
            } else if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
                out.write(json, start, i - start);
                start = i + 1;
            }
        }
        out.write(json, start, Math.max(0, to - start));
    }
}
