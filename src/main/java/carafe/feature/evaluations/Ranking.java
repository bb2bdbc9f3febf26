package carafe.feature.evaluations;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which models people prefer: Elo numbers (start 1000, K = 32) from ratings of answers that stood beside others. A good
 * rating is a win over each model that answered the same, a bad one a defeat.
 */
final class Ranking {
    private static final double START = 1000;
    private static final double K = 32;
    private static final int TAGS = 5;

    private static final class Standing {
        private double elo = START;
        private int won;
        private int lost;
        private final Map<String, Integer> tags = new HashMap<>();
    }

    private final Map<String, Standing> standings = new LinkedHashMap<>();

    /** @param query when not empty, only ratings with a tag that contains it count */
    Ranking(List<Feedback> ratings, String query) {
        ratings.stream().filter(rating -> matches(rating, query)).forEach(this::count);
    }

    private static boolean matches(Feedback rating, String query) {
        var wanted = query.toLowerCase(Locale.ROOT);
        for (var tag : rating.data().path("tags")) {
            if (tag.asText().toLowerCase(Locale.ROOT).contains(wanted)) {
                return true;
            }
        }
        return wanted.isEmpty();
    }

    private void count(Feedback rating) {
        var model = rating.data().path("model_id").asText("");
        int verdict = rating.data().path("rating").asInt(0);
        if (model.isEmpty() || verdict == 0) {
            return;
        }
        var own = standings.computeIfAbsent(model, id -> new Standing());
        rating.data().path("tags").forEach(tag -> own.tags.merge(tag.asText(), 1, Integer::sum));
        for (var sibling : rating.data().path("sibling_model_ids")) {
            if (!sibling.asText().equals(model)) {
                var other = standings.computeIfAbsent(sibling.asText(), id -> new Standing());
                if (verdict > 0) {
                    meet(own, other);
                } else {
                    meet(other, own);
                }
            }
        }
    }

    private static void meet(Standing winner, Standing loser) {
        double expected = 1 / (1 + Math.pow(10, (loser.elo - winner.elo) / 400));
        double change = K * (1 - expected);
        winner.elo += change;
        loser.elo -= change;
        winner.won++;
        loser.lost++;
    }

    /** The best first. */
    ArrayNode entries() {
        var entries = JsonNodeFactory.instance.arrayNode();
        standings.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, Standing> e) -> -e.getValue().elo)
                        .thenComparing(Map.Entry::getKey))
                .forEach(entry -> {
                    var standing = entry.getValue();
                    var node = entries.addObject()
                            .put("model_id", entry.getKey())
                            .put("rating", Math.round(standing.elo))
                            .put("won", standing.won)
                            .put("lost", standing.lost)
                            .put("count", standing.won + standing.lost);
                    var tags = node.putArray("top_tags");
                    standing.tags.entrySet().stream()
                            .sorted(Map.Entry.<String, Integer>comparingByValue()
                                    .reversed()
                                    .thenComparing(Map.Entry.comparingByKey()))
                            .limit(TAGS)
                            .forEach(tag ->
                                    tags.addObject().put("tag", tag.getKey()).put("count", tag.getValue()));
                });
        return entries;
    }
}
