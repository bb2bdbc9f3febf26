package carafe.feature.web;

import carafe.platform.http.Problem;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A built front end of somebody else, served from its folder as it is: its files, and its {@code index.html} for every
 * address without a file extension, which it routes itself. Beside a file there may be a compressed {@code .gz}.
 */
public final class FrontEnd {
    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final String ASK_AGAIN = "no-cache";
    private static final String ONE_HOUR = "public, max-age=3600";
    private static final String BINARY = "application/octet-stream";
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("xml", "application/xml"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("md", "text/plain; charset=utf-8"),
            Map.entry("csv", "text/csv; charset=utf-8"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("mp3", "audio/mpeg"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("wasm", "application/wasm"),
            Map.entry("woff", "font/woff"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("ttf", "font/ttf"),
            Map.entry("zip", "application/zip"));
    /** Files that pages ask for and that may be missing: they are for operators to fill. */
    private static final Map<String, String> EMPTY = Map.of("/static/loader.js", "js", "/static/custom.css", "css");

    private final Path root;

    /** @param folder with an {@code index.html} */
    public FrontEnd(Path folder) {
        try {
            this.root = folder.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("FRONTEND_DIR cannot be read", e);
        }
    }

    /** @throws Problem.NotFound for a file that is not there */
    void serve(Context ctx) throws IOException {
        var path = ctx.path();
        var file = find(path);
        if (file != null) {
            send(ctx, file, extension(path), cache(path));
        } else if (EMPTY.containsKey(path)) {
            ctx.header("Cache-Control", ASK_AGAIN).contentType(type(EMPTY.get(path)));
            ctx.result("");
        } else if (extension(path).isEmpty()) {
            ctx.header("X-Frame-Options", "SAMEORIGIN");
            send(ctx, root.resolve("index.html"), "html", ASK_AGAIN);
        } else {
            throw new Problem.NotFound("file");
        }
    }

    /** The file of the folder at {@code path}, also after links have been followed; null when there is none. */
    private @Nullable Path find(String path) throws IOException {
        try {
            var file = root.resolve(path.substring(1)).normalize();
            boolean there = file.startsWith(root) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
            return there && file.toRealPath().startsWith(root) ? file : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static String cache(String path) {
        if (path.startsWith("/_app/immutable/")) {
            return FOR_EVER;
        }
        return path.startsWith("/_app/") || path.endsWith(".html") ? ASK_AGAIN : ONE_HOUR;
    }

    private static void send(Context ctx, Path file, String extension, String cache) throws IOException {
        var packed = file.resolveSibling(file.getFileName() + ".gz");
        boolean gzip = Sent.takesGzip(ctx.header("Accept-Encoding")) && Files.isRegularFile(packed);
        var chosen = gzip ? packed : file;
        long size = Files.size(chosen);
        var etag = "\"%x-%x%s\"".formatted(Files.getLastModifiedTime(chosen).toMillis(), size, gzip ? "-gz" : "");
        ctx.disableCompression(); // what is worth it has been compressed beforehand
        ctx.header("Cache-Control", cache).header("ETag", etag);
        ctx.res().addHeader("Vary", "Accept-Encoding");
        if (ctx.path().startsWith("/pyodide/")) {
            ctx.header("Access-Control-Allow-Origin", "*"); // a frame of its own without an origin loads it
        }
        if (Sent.matches(ctx.header("If-None-Match"), etag)) {
            ctx.status(304);
            return;
        }
        ctx.status(200).contentType(type(extension));
        if (gzip) {
            ctx.header("Content-Encoding", "gzip");
        }
        ctx.res().setContentLengthLong(size);
        if (!ctx.req().getMethod().equals("HEAD")) {
            Files.copy(chosen, ctx.res().getOutputStream());
        }
    }

    private static String type(@Nullable String extension) {
        return extension == null ? BINARY : TYPES.getOrDefault(extension, BINARY);
    }

    /** What follows the last dot of the last segment, empty without one. */
    private static String extension(String path) {
        var name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
