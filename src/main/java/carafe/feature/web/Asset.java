package carafe.feature.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** One file of the pages in memory: its bytes, their hash, and the compressed form, made when it is first asked for. */
final class Asset {
    private final String type;
    private final byte[] bytes;
    private final String hash;
    private volatile byte @Nullable [] compressed;

    Asset(String path, byte[] bytes) {
        this.type = typeOf(path);
        this.bytes = bytes;
        this.hash = hash(bytes);
    }

    String type() {
        return type;
    }

    String hash() {
        return hash;
    }

    byte[] plain() {
        return bytes;
    }

    /** Two first readers may both compress; the results are equal. */
    byte[] gzip() {
        var known = compressed;
        if (known == null) {
            known = deflate(bytes);
            compressed = known;
        }
        return known;
    }

    /** The first 96 bits of the SHA-256 of {@code bytes}, in letters that fit into an address. */
    static String hash(byte[] bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(digest)
                    .substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] deflate(byte[] bytes) {
        var out = new ByteArrayOutputStream(bytes.length / 3 + 64);
        try (var gzip = new BestGzip(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to write", e);
        }
        return out.toByteArray();
    }

    private static final class BestGzip extends GZIPOutputStream {
        BestGzip(ByteArrayOutputStream out) throws IOException {
            super(out, 8192);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }

    private static String typeOf(String path) {
        var ending = path.substring(path.lastIndexOf('.') + 1);
        return switch (ending) {
            case "js", "mjs" -> "text/javascript; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "html" -> "text/html; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "woff2" -> "font/woff2";
            case "json" -> "application/json";
            case "webmanifest" -> "application/manifest+json";
            case "txt" -> "text/plain; charset=utf-8";
            default -> throw new IllegalArgumentException("no media type for " + path);
        };
    }
}
