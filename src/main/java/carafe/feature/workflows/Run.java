package carafe.feature.workflows;

import carafe.engine.workflow.Usage;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A run of a workflow.
 *
 * @param hash of the description it began with, which it keeps
 * @param called the descriptions of workflows that it calls: hashes by {@code flowId version}
 * @param mode debug or release
 * @param streams whether its client gets frames one by one
 * @param kind run, replay or restart; the latter two are of {@code parentId}
 * @param status running, waiting, done, failed or cancelled
 * @param input parameters, history, and what the client told about itself
 */
record Run(
        String id,
        String sid,
        String flowId,
        String version,
        String hash,
        ObjectNode called,
        String appId,
        @Nullable String accountId,
        String uid,
        String chatId,
        String mode,
        boolean streams,
        String kind,
        @Nullable String parentId,
        String status,
        String eventId,
        ObjectNode input,
        @Nullable ObjectNode result,
        int code,
        String message,
        Usage usage,
        long createdAt,
        long updatedAt) {
    boolean isDebug() {
        return mode.equals("debug");
    }

    boolean isOver() {
        return !status.equals("running") && !status.equals("waiting");
    }
}
