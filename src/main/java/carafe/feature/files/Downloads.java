package carafe.feature.files;

import carafe.platform.http.Problem;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Gives uploaded bytes back so that they are never code of our origin: pictures, sound, PDF and text are shown, text of
 * any kind as plain text, everything else is a download. Source: the rules browsers follow for {@code nosniff},
 * {@code Content-Disposition} (RFC 6266) and {@code Content-Security-Policy: sandbox}.
 */
final class Downloads {
    private static final Set<String> SHOWN =
            Set.of("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf");

    private Downloads() {}

    static void send(Context ctx, StoredFile file, Path bytes) throws IOException {
        var type = file.mediaType();
        boolean text = type.startsWith("text/") || type.matches("application/(json|xml|yaml)");
        boolean shown = text || SHOWN.contains(type) || type.matches("(audio|video)/[a-z0-9]+");
        boolean attachment = !shown || type.equals("text/html") || "true".equals(ctx.queryParam("attachment"));
        ctx.contentType(text ? "text/plain" : shown ? type : "application/octet-stream");
        ctx.header("Content-Disposition", (attachment ? "attachment" : "inline") + "; filename*=UTF-8''" + name(file));
        ctx.header("Cache-Control", "private, no-cache");
        if (!type.equals("application/pdf")) { // browsers show no PDF inside a sandbox
            ctx.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
        }
        try (var in = Files.newInputStream(bytes)) {
            ctx.disableCompression();
            ctx.res().setContentLengthLong(file.size());
            in.transferTo(ctx.res().getOutputStream());
        } catch (NoSuchFileException e) {
            throw new Problem.NotFound("file");
        }
    }

    private static String name(StoredFile file) {
        return URLEncoder.encode(file.name(), StandardCharsets.UTF_8).replace("+", "%20");
    }
}
