package carafe.feature.courses;

import carafe.feature.courses.grading.Verdict;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/**
 * Results of tests as they are stored, and as learners may see them: of hidden tests nothing but
 * whether they passed: an error or a timeout would tell by its kind what a test passes in.
 */
final class TestsJson {
    private static final Set<String> OF_HIDDEN = Set.of("name", "hidden", "status", "points", "max_points");
    private static final String PASSED = Verdict.Status.PASS.wire();
    private static final int MOST_STORED = 512 << 10;

    private final ObjectMapper mapper;

    TestsJson(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** Everything; beyond a bound the long texts are left out. */
    ArrayNode of(List<Verdict.Test> tests) {
        var all = mapper.createArrayNode();
        long size = 0;
        for (var test : tests) {
            var one = all.addObject()
                    .put("name", test.name())
                    .put("hidden", test.hidden())
                    .put("status", test.status().wire())
                    .put("points", test.points())
                    .put("max_points", test.maxPoints())
                    .put("message", test.message());
            var texts = mapper.createObjectNode()
                    .put("input", test.input())
                    .put("expected", test.expected())
                    .put("got", test.got())
                    .put("output", test.output())
                    .put("error", test.error());
            size += texts.toString().length();
            if (size < MOST_STORED) {
                one.setAll(texts);
            }
        }
        return all;
    }

    ArrayNode read(String stored) {
        try {
            return mapper.readTree(stored) instanceof ArrayNode all ? all : mapper.createArrayNode();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored tests are no JSON", e);
        }
    }

    /** What a learner sees. */
    ArrayNode shown(ArrayNode all) {
        var shown = mapper.createArrayNode();
        all.forEach(test -> {
            ObjectNode copy = test.deepCopy();
            if (test.path("hidden").asBoolean(true)) {
                copy.retain(OF_HIDDEN);
                if (!copy.path("status").asText().equals(PASSED)) {
                    copy.put("status", Verdict.Status.FAIL.wire());
                }
            }
            shown.add(copy);
        });
        return shown;
    }
}
