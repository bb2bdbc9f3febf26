package carafe.engine.llm.local;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A local model as an admin sees it.
 *
 * @param size bytes of the file
 * @param context tokens the model was trained for
 * @param reason why it failed, for people; null unless failed
 * @param resident bytes of memory its process holds now, or null when it has none or the system does not tell
 */
public record LocalModel(
        String id,
        String name,
        Path file,
        long size,
        String architecture,
        int context,
        @Nullable String licence,
        State state,
        @Nullable String reason,
        @Nullable Long resident) {
    /** Where a model stands. */
    public enum State {
        INSTALLED,
        LOADING,
        LOADED,
        FAILED
    }
}
