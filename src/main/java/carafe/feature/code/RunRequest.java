package carafe.feature.code;

import carafe.engine.sandbox.Limits;
import carafe.engine.sandbox.Program;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A checked request to run a program.
 *
 * @param runId chosen by the caller, or null
 * @param many whether the caller sent cases and expects results of each
 * @param snippet the beginning of the program, for error reports
 * @param userId the account's integer id that the run is for, where it was named; {@code lessonId} likewise
 */
record RunRequest(
        @Nullable String runId,
        Program program,
        Limits limits,
        boolean stream,
        boolean many,
        String snippet,
        @Nullable Long userId,
        @Nullable String lessonId) {
    /** The text of the file that is run. */
    String source() {
        return program.files().stream()
                .filter(file -> file.name().equals(program.entry()))
                .map(file -> new String(file.content(), StandardCharsets.UTF_8))
                .findFirst()
                .orElse("");
    }
}
