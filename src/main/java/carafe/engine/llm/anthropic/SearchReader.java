package carafe.engine.llm.anthropic;

import carafe.engine.llm.EventOut;
import carafe.engine.llm.LlmEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What an answer of the Anthropic API tells of searches that its server made: a block with the question, one with what was
 * found, and texts that cite it. A cited text is a block of its own, so what it cites holds from its beginning to its end.
 */
final class SearchReader {
    private record Asked(String id, StringBuilder input) {}

    private final EventOut out;
    private final ObjectMapper mapper;
    /** By the index of their content block. */
    private final Map<Integer, Asked> open = new HashMap<>();
    /** By the id of the search. */
    private final Map<String, String> queries = new HashMap<>();

    private final List<JsonNode> cited = new ArrayList<>();
    /** Code points of the whole answer so far, and where its latest block of text begins. */
    private int length;

    private int begin;

    SearchReader(EventOut out, ObjectMapper mapper) {
        this.out = out;
        this.mapper = mapper;
    }

    void beginText() {
        begin = length;
    }

    void said(String text) {
        length += text.codePointCount(0, text.length());
    }

    void cite(JsonNode citation) {
        if (citation.path("url").isTextual()) { // the others are of the caller's own documents
            cited.add(citation);
        }
    }

    void begin(int index, JsonNode block) {
        if (block.path("name").asText().equals("web_search")) {
            var input = block.path("input");
            open.put(
                    index,
                    new Asked(block.path("id").asText(), new StringBuilder(input.isEmpty() ? "" : input.toString())));
        }
    }

    void input(int index, String piece) {
        var asked = open.get(index);
        if (asked != null) {
            asked.input().append(piece);
        }
    }

    /** The end of a block of any kind. */
    void stop(int index) {
        var asked = open.remove(index);
        if (asked != null) {
            var query = query(asked.input().toString());
            queries.put(asked.id(), query);
            out.search(new LlmEvent.Search(asked.id(), query, LlmEvent.Search.Stage.BEGUN, List.of()));
        }
        for (var citation : cited) {
            out.citation(new LlmEvent.Citation(
                    begin,
                    length,
                    citation.path("url").asText(),
                    citation.path("title").asText("")));
        }
        cited.clear();
    }

    private String query(String input) {
        try {
            return mapper.readTree(input).path("query").asText("");
        } catch (JsonProcessingException e) {
            return ""; // cut off; the answer goes on without it
        }
    }

    void result(JsonNode block) {
        var id = block.path("tool_use_id").asText();
        var content = block.path("content");
        var pages = new ArrayList<LlmEvent.Search.Page>();
        for (var page : content.isArray() ? content : List.<JsonNode>of()) {
            pages.add(new LlmEvent.Search.Page(
                    page.path("url").asText(), page.path("title").asText("")));
        }
        var stage = content.isArray() ? LlmEvent.Search.Stage.DONE : LlmEvent.Search.Stage.FAILED;
        out.search(new LlmEvent.Search(id, queries.getOrDefault(id, ""), stage, pages));
    }
}
