package carafe.feature.proxy;

import carafe.engine.relay.Head;
import carafe.platform.ops.Redaction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** The beginning of an answer's body, kept for people to read. What passes on is untouched. */
final class KeptBody {
    private static final int MOST = 50 << 10;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private final String encoding;
    private long total;

    KeptBody(Head response) {
        var value = response.value("content-encoding");
        this.encoding = value == null ? "" : value.strip().toLowerCase(Locale.ROOT);
    }

    void add(ByteBuffer piece) {
        int room = Math.min(piece.remaining(), MOST - bytes.size());
        if (room > 0) {
            var copy = new byte[room];
            piece.get(piece.position(), copy);
            bytes.write(copy, 0, room);
        }
        total += piece.remaining();
    }

    /** Null when there was no body. Secrets in it are masked. */
    @Nullable
    String text() {
        if (total == 0) {
            return null;
        }
        var text = Redaction.text(new String(decoded(), StandardCharsets.UTF_8));
        return total > MOST ? text + "… (cut: " + total + " bytes in all)" : text;
    }

    private byte[] decoded() {
        var plain = bytes.toByteArray();
        if (encoding.isEmpty() || encoding.equals("identity")) {
            return plain;
        }
        try (var in = opened(new ByteArrayInputStream(plain))) {
            if (in == null) {
                return ("(" + total + " bytes in encoding " + encoding + ")").getBytes(StandardCharsets.UTF_8);
            }
            return readAsFarAsItGoes(in);
        } catch (IOException e) {
            return ("(" + total + " bytes that are not " + encoding + ")").getBytes(StandardCharsets.UTF_8);
        }
    }

    private @Nullable InputStream opened(InputStream packed) throws IOException {
        return switch (encoding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(packed);
            case "deflate" -> new InflaterInputStream(packed);
            default -> null;
        };
    }

    /** The end may be missing, when the body was cut. */
    private static byte[] readAsFarAsItGoes(InputStream in) {
        var out = new ByteArrayOutputStream();
        var buffer = new byte[4096];
        try {
            for (int count = in.read(buffer); count >= 0 && out.size() < MOST; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            return out.toByteArray();
        }
        return out.toByteArray();
    }
}
