package carafe.engine.llm.local;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A local model as an admin sees it.
 *
 * @param size bytes of the file
 * @param context tokens the model was trained for
 * @param reason why it cannot be used or how it last failed, for people, or null
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
    static LocalModel of(ModelFile file, State state, @Nullable String reason, @Nullable Long resident) {
        Gguf header = file.header();
        return new LocalModel(
                file.id(),
                header == null || header.name() == null ? file.id() : header.name(),
                file.path(),
                file.size(),
                header == null ? "" : header.architecture(),
                header == null ? 0 : header.context(),
                header == null ? null : header.licence(),
                state,
                reason,
                resident);
    }

    /** Where a model stands. */
    public enum State {
        INSTALLED,
        LOADING,
        LOADED,
        FAILED
    }
}
