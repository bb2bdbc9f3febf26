package carafe.engine.llm.local;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file in the models folder.
 *
 * @param header what it says about itself, or null when it is not sound
 * @param problem why it is not sound, for people, or null
 */
public record ModelFile(
        String id,
        Path path,
        long size,
        @Nullable Gguf header,
        @Nullable String problem) {}
