package carafe.feature.evaluations;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What somebody thinks of an answer. Times are epoch milliseconds.
 *
 * @param data rating (1 or -1), model_id, sibling_model_ids, reason, comment, tags
 * @param meta where it was: chat_id, message_id
 * @param snapshot the chat as it was then; empty in lists
 */
record Feedback(
        String id,
        String accountId,
        String type,
        ObjectNode data,
        ObjectNode meta,
        ObjectNode snapshot,
        long createdAt,
        long updatedAt) {}
