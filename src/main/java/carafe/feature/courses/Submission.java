package carafe.feature.courses;

import org.jspecify.annotations.Nullable;

/**
 * A program that somebody handed in, or ran in a lesson. Times are epoch milliseconds; {@code files} and {@code tests} are
 * JSON.
 *
 * @param source client, run or graded; the first two never count
 * @param credit the part of the points that its time left
 * @param contentHash of the tests that judged it
 * @param mistake the typical mistake that was recognised
 */
record Submission(
        long id,
        String accountId,
        String course,
        String lesson,
        String source,
        String status,
        String contentHash,
        @Nullable Double score,
        @Nullable Double points,
        double credit,
        boolean gradable,
        boolean late,
        @Nullable Double runMs,
        @Nullable String mistake,
        long submittedAt,
        @Nullable Long gradedAt,
        String files,
        @Nullable String output,
        String tests) {
    boolean isQueued() {
        return status.equals("queued");
    }
}
