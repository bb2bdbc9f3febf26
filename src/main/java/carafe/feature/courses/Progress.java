package carafe.feature.courses;

import org.jspecify.annotations.Nullable;

/**
 * Where somebody is in a lesson. {@code cursor} and {@code files} are JSON; times are epoch milliseconds.
 *
 * @param code the file that is run, as last saved
 * @param files all of them by name, null when nothing was saved
 */
record Progress(
        long id,
        String accountId,
        String course,
        String lesson,
        boolean completed,
        String cursor,
        long startedAt,
        @Nullable Long completedAt,
        long lastAccessAt,
        @Nullable String code,
        @Nullable String files) {}
