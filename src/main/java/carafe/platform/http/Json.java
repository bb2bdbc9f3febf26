package carafe.platform.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;

/** How Carafe reads and writes JSON: bounded depth, exact big numbers, unknown keys ignored, no dates as text. */
public final class Json {
    /** The deepest nesting that is read; tool schemas of real clients stay below 50. */
    public static final int MAX_DEPTH = 200;

    /** The most tokens of one document. A megabyte of empty objects would otherwise become thirty in memory. */
    public static final long MAX_TOKENS = 1_000_000;

    private static final int SPARE_BUFFERS = 64;

    private static final JsonMapper MAPPER = mapper();

    private Json() {}

    /** As a node's own {@code toString}, which leaves each virtual thread sixteen kilobytes of buffers for as long as it waits. */
    public static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // cannot be: a tree is always JSON
        }
    }

    /** What a field of a page means, where numbers and objects are typed as text: text that is JSON is what it says. */
    public static JsonNode typed(JsonNode value) {
        if (!value.isTextual()) {
            return value;
        }
        try {
            var tree = MAPPER.readTree(value.textValue());
            return tree.isMissingNode() ? value : tree;
        } catch (JsonProcessingException e) {
            return value; // it is meant as text
        }
    }

    public static JsonMapper mapper() {
        var factory = JsonFactory.builder()
                // by default each thread keeps buffers of its own, sixteen kilobytes for every virtual thread that
                // waits
                .recyclerPool(JsonRecyclerPools.newBoundedPool(SPARE_BUFFERS))
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(64 << 20)
                        .maxNumberLength(400)
                        .maxTokenCount(MAX_TOKENS)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .build();
    }
}
