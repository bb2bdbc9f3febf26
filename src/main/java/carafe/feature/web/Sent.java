package carafe.feature.web;

import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/** How pages and their files are sent: compressed once, with what browsers need to keep and to guard them. */
final class Sent {
    static final String FOR_EVER = "public, max-age=31536000, immutable";
    static final String ONE_DAY = "public, max-age=86400";
    static final String ASK_AGAIN = "no-cache";

    private Sent() {}

    static void page(Context ctx, WebAssets assets, WebAssets.Page page) {
        ctx.header("Content-Security-Policy", policy(assets.scriptHash()));
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("Cross-Origin-Opener-Policy", "same-origin");
        ctx.header("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
        asset(ctx, assets.html(page), ASK_AGAIN);
    }

    private static String policy(String scriptHash) {
        return String.join(
                "; ",
                "default-src 'self'",
                "script-src 'self' " + scriptHash,
                "img-src 'self' data: blob:",
                "connect-src 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "object-src 'none'",
                "form-action 'self'");
    }

    static void asset(Context ctx, Asset asset, String cache) {
        var gzip = takesGzip(ctx.header("Accept-Encoding"));
        var etag = '"' + asset.hash() + (gzip ? "-gz" : "") + '"';
        ctx.disableCompression(); // compressed once, not for every reader
        ctx.header("Cache-Control", cache).header("ETag", etag);
        ctx.res().addHeader("Vary", "Accept-Encoding");
        if (matches(ctx.header("If-None-Match"), etag)) {
            ctx.status(304);
            return;
        }
        var body = gzip ? asset.gzip() : asset.plain();
        ctx.contentType(asset.type());
        if (gzip) {
            ctx.header("Content-Encoding", "gzip");
        }
        ctx.res().setContentLength(body.length);
        ctx.result(body);
    }

    static boolean takesGzip(@Nullable String accepted) {
        return accepted != null && accepted.contains("gzip") && !accepted.matches(".*gzip\\s*;\\s*q=0(\\.0*)?\\b.*");
    }

    static boolean matches(@Nullable String wanted, String etag) {
        return wanted != null && (wanted.strip().equals("*") || wanted.contains(etag));
    }
}
