package carafe.feature.files;

import carafe.engine.documents.Charsets;
import carafe.platform.http.Problem;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives uploaded bytes back so that they are never code of our origin: pictures, sound, PDF and text are shown, text of
 * any kind as plain text, everything else is a download. Source: the rules browsers follow for {@code nosniff},
 * {@code Content-Disposition} (RFC 6266) and {@code Content-Security-Policy: sandbox}.
 */
final class Downloads {
    private static final Set<String> SHOWN =
            Set.of("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf");

    private static final int MOST_TAGS = 50;

    private Downloads() {}

    static void send(Context ctx, StoredFile file, Path bytes) throws IOException {
        var type = file.mediaType();
        boolean text = type.startsWith("text/") || type.matches("application/(json|xml|yaml)");
        boolean shown = text || SHOWN.contains(type) || type.matches("(audio|video)/[a-z0-9]+");
        boolean attachment = !shown || type.equals("text/html") || "true".equals(ctx.queryParam("attachment"));
        ctx.contentType(text ? "text/plain" + charset(bytes) : shown ? type : "application/octet-stream");
        ctx.header("Content-Disposition", (attachment ? "attachment" : "inline") + "; filename*=UTF-8''" + name(file));
        ctx.header("Cache-Control", "private, no-cache");
        if (!type.equals("application/pdf")) { // browsers show no PDF inside a sandbox
            ctx.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
        }
        var tag = "\"" + file.hash() + "\"";
        ctx.header("Accept-Ranges", "bytes");
        ctx.header("ETag", tag);
        ctx.disableCompression();
        if (isKnown(ctx.header("If-None-Match"), tag)) {
            ctx.status(304);
            return;
        }
        var condition = ctx.header("If-Range");
        var range = condition == null || condition.equals(tag)
                ? ByteRange.of(ctx.header("Range"), file.size())
                : Optional.<ByteRange>empty();
        try (var channel = Files.newByteChannel(bytes)) {
            if (range.filter(ByteRange::unsatisfiable).isPresent()) {
                ctx.status(416).header("Content-Range", "bytes */" + file.size());
                return;
            }
            range.ifPresent(piece -> ctx.status(206)
                    .header("Content-Range", "bytes " + piece.first() + "-" + piece.last() + "/" + file.size()));
            var piece = range.orElse(new ByteRange(0, file.size() - 1));
            ctx.res().setContentLengthLong(piece.length());
            copy(channel.position(piece.first()), piece.length(), ctx.res().getOutputStream());
        } catch (NoSuchFileException e) {
            throw new Problem.NotFound("file");
        }
    }

    /** Without it browsers take UTF-8 for Western; they may guess nothing under {@code nosniff}. */
    private static String charset(Path bytes) throws IOException {
        try (var in = Files.newInputStream(bytes)) {
            return "; charset="
                    + Charsets.guess(in.readNBytes(64 * 1024)).name().toLowerCase(Locale.ROOT);
        } catch (NoSuchFileException e) {
            throw new Problem.NotFound("file");
        }
    }

    /** Whether the client has these bytes. Source: RFC 9110, section 13.1.2. */
    private static boolean isKnown(@Nullable String condition, String tag) {
        return condition != null
                && Stream.of(condition.split(",", MOST_TAGS))
                        .map(String::strip)
                        .anyMatch(known -> known.equals("*") || known.equals(tag) || known.equals("W/" + tag));
    }

    private static void copy(SeekableByteChannel from, long length, OutputStream to) throws IOException {
        var buffer = new byte[64 * 1024];
        for (long left = length; left > 0; ) {
            int read = from.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(left, buffer.length)));
            if (read < 0) {
                throw new IOException("a stored file is shorter than its row says");
            }
            to.write(buffer, 0, read);
            left -= read;
        }
    }

    private static String name(StoredFile file) {
        return URLEncoder.encode(file.name(), StandardCharsets.UTF_8).replace("+", "%20");
    }
}
