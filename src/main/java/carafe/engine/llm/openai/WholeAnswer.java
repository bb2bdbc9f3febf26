package carafe.engine.llm.openai;

import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What matters in an answer that came in one piece.
 *
 * @param usage tokens as the upstream counted them
 * @param failure an error that came with status 200: a local model that thinks long sends its status before it knows
 *     how the answer ends
 */
public record WholeAnswer(
        LlmEvent.@Nullable Usage usage, @Nullable LlmFailure failure) {
    private static final WholeAnswer NOTHING = new WholeAnswer(null, null);

    /** Looks at the top level only, and no further than the usage. */
    public static WholeAnswer of(ObjectMapper mapper, byte[] json) {
        try (var parser = mapper.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return NOTHING;
            }
            for (var name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                if (name.equals("usage") && parser.currentToken() == JsonToken.START_OBJECT) {
                    return new WholeAnswer(StreamTap.usage(tree(mapper, parser)), null);
                }
                if (name.equals("error") && parser.currentToken() == JsonToken.START_OBJECT) {
                    return new WholeAnswer(null, failure(tree(mapper, parser)));
                }
                parser.skipChildren();
            }
            return NOTHING;
        } catch (IOException e) {
            return NOTHING; // not JSON: passed on as it came, and booked without tokens
        }
    }

    private static JsonNode tree(ObjectMapper mapper, JsonParser parser) throws IOException {
        // what follows is not read, so it must not count as trailing
        return mapper.reader()
                .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(parser);
    }

    private static LlmFailure failure(JsonNode error) {
        return new LlmFailure(
                502,
                error.path("code").asText("upstream_error"),
                error.path("message").asText("The model failed."));
    }
}
