package carafe.feature.web;

import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
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
    private final Map<String, Said> said;

    /** What the server has to say itself: the files of that name in the folder know neither its name nor its address. */
    private record Said(String type, String text) {}

    /**
     * @param folder with an {@code index.html}
     * @param name what an installed app and a search engine of the browser are called
     */
    public FrontEnd(Path folder, String name) {
        this.said = Map.of(
                "/manifest.json", new Said("application/json", manifest(name)),
                "/opensearch.xml", new Said("application/xml", search(name)));
        try {
            this.root = folder.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("FRONTEND_DIR cannot be read", e);
        }
    }

    /** @throws Problem.NotFound for a file that is not there */
    void serve(Context ctx) throws IOException {
        var path = ctx.path();
        var own = said.get(path);
        if (own != null) {
            ctx.header("Cache-Control", ONE_HOUR).contentType(own.type()).result(own.text());
            return;
        }
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

    /** A web app manifest (W3C), with which pages can be installed and take shared texts. */
    private static String manifest(String name) {
        var manifest = JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .put("short_name", name)
                .put("description", name)
                .put("start_url", "/")
                .put("display", "standalone")
                .put("background_color", "#343541");
        var icons = manifest.putArray("icons");
        for (var purpose : List.of("any", "maskable")) {
            icons.addObject()
                    .put("src", "/static/logo.png")
                    .put("type", "image/png")
                    .put("sizes", "500x500")
                    .put("purpose", purpose);
        }
        manifest.putObject("share_target")
                .put("action", "/")
                .put("method", "GET")
                .putObject("params")
                .put("text", "shared");
        return manifest.toString();
    }

    /** An OpenSearch 1.1 description: a question from the browser's address bar. */
    private static String search(String name) {
        var escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
                <ShortName>%s</ShortName>
                <Description>%s</Description>
                <InputEncoding>UTF-8</InputEncoding>
                <Image width="16" height="16" type="image/x-icon">/static/favicon.png</Image>
                <Url type="text/html" method="get" template="/?q={searchTerms}"/>
                </OpenSearchDescription>
                """.formatted(escaped, escaped);
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
        Files.copy(chosen, ctx.res().getOutputStream());
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
