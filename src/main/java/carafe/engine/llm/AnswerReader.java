package carafe.engine.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Turns what a server of one protocol answers into events. */
public interface AnswerReader {
    /** One object of a stream. */
    void piece(JsonNode piece);

    /** An answer that came as one object. */
    void whole(JsonNode answer);

    EventOut out();

    /** An error in the midst of a stream or in a whole answer with status 200. */
    static LlmFailure failure(JsonNode holder) {
        return ErrorObject.within200(holder.path("error"));
    }

    /** Parses {@code json}; nonsense ends the answer. */
    default void read(ObjectMapper mapper, String json, boolean whole) {
        try {
            var node = mapper.readTree(json);
            if (node.hasNonNull("error")) {
                out().fail(failure(node));
            } else if (whole) {
                whole(node);
            } else {
                piece(node);
            }
        } catch (JsonProcessingException e) {
            out().fail(LlmFailure.notJson());
        }
    }
}
