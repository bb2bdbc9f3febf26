package carafe.feature.proxy;

import carafe.engine.llm.LlmEvent.Usage;
import carafe.engine.relay.Head;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Finds in a model's answer, whole or streamed, which model it was and how many tokens it counted. It reads a copy and
 * looks for two names alone; the answer itself passes untouched. Sources: the Messages API of Anthropic, and Chat
 * Completions, Embeddings and Responses of OpenAI.
 */
final class UsageTap {
    private static final List<String> ENDINGS =
            List.of("/messages", "/chat/completions", "/completions", "/embeddings", "/responses");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What a call used. {@code tokens} null: the answer did not say. */
    record Used(String model, @Nullable Usage tokens) {}

    private final FieldScan model = new FieldScan("model", true);
    private final FieldScan usage = new FieldScan("usage", false);
    private @Nullable Gunzip gunzip;
    private boolean readable = true;

    /** Whether this is a call to a model. */
    static boolean wants(String method, String path) {
        return method.equals("POST") && ENDINGS.stream().anyMatch(path::endsWith);
    }

    /** Whether the answer can be read. */
    boolean heard(Head response) {
        var type = response.value("content-type");
        if (type == null || !(type.contains("json") || type.contains("event-stream"))) {
            return false;
        }
        var encoding = response.value("content-encoding");
        var name = encoding == null ? "" : encoding.strip().toLowerCase(Locale.ROOT);
        if (name.equals("gzip") || name.equals("x-gzip")) {
            gunzip = new Gunzip();
        } else {
            readable = name.isEmpty() || name.equals("identity");
        }
        return true;
    }

    void passed(ByteBuffer piece) {
        if (!readable) {
            return;
        }
        if (gunzip == null) {
            for (int i = piece.position(); i < piece.limit(); i++) {
                take(piece.get(i));
            }
        } else {
            unpack(gunzip, piece);
        }
    }

    private void unpack(Gunzip from, ByteBuffer piece) {
        try {
            from.feed(piece, this::take);
        } catch (DataFormatException e) {
            readable = false; // the client will see it, too
        }
    }

    private void take(byte b) {
        usage.take(b);
        if (!model.found()) {
            model.take(b);
        }
    }

    Used usage() {
        if (gunzip != null) {
            gunzip.close();
        }
        var found = usage.values().stream().map(UsageTap::tree).toList();
        long input = -1;
        long output = -1;
        long cached = 0;
        for (var node : found) {
            long counted = number(node, "prompt_tokens", "input_tokens");
            if (counted >= 0) {
                // Anthropic counts what came from or went to its cache apart, OpenAI within
                long read = Math.max(0, number(node, "cache_read_input_tokens"));
                input = counted + read + Math.max(0, number(node, "cache_creation_input_tokens"));
                cached = Math.max(read, Math.max(0, number(details(node), "cached_tokens")));
            }
            output = Math.max(output, number(node, "completion_tokens", "output_tokens"));
        }
        var name = model.values().isEmpty() ? "" : model.values().getFirst();
        boolean counted = input >= 0 || output >= 0;
        return new Used(name, counted ? new Usage(Math.max(0, input), Math.max(0, output), cached) : null);
    }

    private static JsonNode details(JsonNode node) {
        return node.has("prompt_tokens_details")
                ? node.path("prompt_tokens_details")
                : node.path("input_tokens_details");
    }

    private static long number(JsonNode node, String... names) {
        for (var name : names) {
            if (node.path(name).isIntegralNumber()) {
                return node.path(name).asLong();
            }
        }
        return -1;
    }

    private static JsonNode tree(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            return MAPPER.missingNode();
        }
    }
}
