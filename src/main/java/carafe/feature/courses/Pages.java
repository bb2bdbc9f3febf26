package carafe.feature.courses;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Answers that are the same for everybody, kept as bytes under the hash of what they were made of, with an entity tag. */
final class Pages {
    private static final int MOST = 2_000;

    private record Page(byte[] json, String tag) {}

    private final ObjectMapper mapper;
    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    Pages(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** @param key changes with whatever {@code content} is made of */
    void answer(Context ctx, String key, String cacheControl, Supplier<JsonNode> content) {
        var page = pages.get(key);
        if (page == null) {
            if (pages.size() >= MOST) {
                pages.clear(); // of versions that are gone, mostly
            }
            page = page(key, content.get());
            pages.put(key, page);
        }
        ctx.header("ETag", page.tag());
        ctx.header("Cache-Control", cacheControl);
        ctx.res().addHeader("Vary", "Authorization, Cookie, Accept-Encoding"); // beside that of other origins
        var known = ctx.header("If-None-Match");
        if (known != null && (known.equals(page.tag()) || known.contains(page.tag()))) {
            ctx.status(304);
            return;
        }
        ctx.contentType("application/json").result(page.json());
    }

    private Page page(String key, JsonNode content) {
        try {
            var tag = Integer.toHexString(key.hashCode()) + "-" + Integer.toHexString(content.hashCode());
            return new Page(mapper.writeValueAsString(content).getBytes(StandardCharsets.UTF_8), "W/\"" + tag + "\"");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
