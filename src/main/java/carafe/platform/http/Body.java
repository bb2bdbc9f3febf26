package carafe.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Reads request bodies within the limit of their route, also when they come without a length. */
public final class Body {
    /** Up to this a declared length is believed before the bytes are there. */
    private static final int SMALL = 64 << 10;

    private static final int PIECE = 1 << 20;
    private static final List<String> NOTES =
            List.of("\n", " (start marker at [Source", ": enable `", " for `ObjectNode`");

    private final ObjectReader reader;

    public Body(ObjectMapper mapper) {
        // bodies that are passed on as they came must not mean one thing here and another there
        this.reader = mapper.reader().with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);
    }

    /** The bytes of the body. @throws Problem.TooLarge beyond the route's limit */
    public byte[] bytes(Context ctx) {
        long limit = limit(ctx);
        try {
            var in = ctx.req().getInputStream();
            long declared = ctx.req().getContentLengthLong();
            if (declared >= 0 && declared <= Math.min(limit, SMALL)) {
                return exactly(in, (int) declared);
            }
            int most = (int) Math.min(limit + 1, Integer.MAX_VALUE - 8);
            byte[] bytes = declared < 0 ? growing(ctx, in, most) : in.readNBytes(most);
            if (bytes.length > limit) {
                throw new Problem.TooLarge(limit);
            }
            return bytes;
        } catch (IOException e) {
            throw new Problem.BadRequest("The request body did not arrive whole.");
        }
    }

    /** What nobody said the length of, in pieces, each of which needs its place in memory. */
    private static byte[] growing(Context ctx, InputStream in, int most) throws IOException {
        BodyRoom.Place place =
                Objects.requireNonNull(ctx.attribute(BodyRoom.Place.ATTRIBUTE), "a body outside a route");
        byte[] piece = in.readNBytes(Math.min(most, PIECE));
        if (piece.length < PIECE) {
            return piece;
        }
        var all = new ByteArrayOutputStream(2 * PIECE);
        while (piece.length > 0) {
            all.writeBytes(piece);
            if (all.size() < most) {
                place.growTo((long) all.size() + PIECE);
            }
            piece = in.readNBytes(Math.min(most - all.size(), PIECE));
        }
        return all.toByteArray();
    }

    /** readNBytes would take 8 kB for every body, however short. */
    private static byte[] exactly(InputStream in, int length) throws IOException {
        var bytes = new byte[length];
        if (in.readNBytes(bytes, 0, length) < length) {
            throw new EOFException("the body ended early");
        }
        return bytes;
    }

    /** The body as a JSON object. @throws Problem for another content type, broken or empty JSON, or another JSON type */
    public ObjectNode object(Context ctx) {
        return object(ctx, bytes(ctx));
    }

    /** As {@link #object(Context)} for bytes that were read before. */
    public ObjectNode object(Context ctx, byte[] bytes) {
        var type = ctx.contentType();
        if (type != null && !type.toLowerCase(Locale.ROOT).contains("json")) {
            throw new Problem.UnsupportedType("application/json");
        }
        if (bytes.length == 0) {
            throw new Problem.BadRequest("invalid_json", "The request body is empty; send a JSON object.", null);
        }
        try {
            if (reader.readTree(bytes) instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException e) {
            throw broken(e);
        }
        throw new Problem.Unprocessable("The request body must be a JSON object.", null);
    }

    public Fields fields(Context ctx) {
        return new Fields(object(ctx), "");
    }

    static Problem broken(IOException e) {
        if (e instanceof JsonProcessingException json && json.getLocation() != null) {
            var at = json.getLocation();
            return new Problem.BadRequest(
                    "invalid_json",
                    "The request body is not valid JSON (line " + at.getLineNr() + ", column " + at.getColumnNr()
                            + "): " + firstLine(json.getOriginalMessage()),
                    null);
        }
        return new Problem.BadRequest("invalid_json", "The request body is not valid JSON.", null);
    }

    /** Without the parser's notes, which speak of its own settings. */
    private static String firstLine(String text) {
        var line = text;
        for (var note : NOTES) {
            int at = line.indexOf(note);
            line = at < 0 ? line : line.substring(0, at);
        }
        return line.length() > 200 ? line.substring(0, 200) : line;
    }

    private static long limit(Context ctx) {
        Rule variant = ctx.attribute(Rule.ATTRIBUTE);
        return variant != null
                ? variant.maxBody()
                : Objects.requireNonNull(ctx.endpoint().metadata(Rule.class), "route without a rule")
                        .maxBody();
    }
}
