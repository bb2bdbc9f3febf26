package carafe.feature.courses;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for an answer to become what a test expects, with a generous deadline. */
final class JsonNodeAwait {
    private JsonNodeAwait() {}

    static JsonNode until(Supplier<JsonNode> ask, Predicate<JsonNode> good) {
        long end = System.nanoTime() + 60_000_000_000L;
        var answer = ask.get();
        while (!good.test(answer)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("still: " + answer);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            answer = ask.get();
        }
        return answer;
    }
}
