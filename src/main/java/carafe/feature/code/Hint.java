package carafe.feature.code;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Help with one line of a program. */
record Hint(String currentContext, String hint, @Nullable String referenceCode, List<String> keyConcepts) {
    Hint {
        keyConcepts = List.copyOf(keyConcepts);
    }
}
