package carafe.feature.prompts;

import carafe.feature.accounts.Grants;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text behind a command. Times are epoch milliseconds.
 *
 * @param command without the slash, unique
 * @param tags names
 */
record Prompt(
        String id,
        @Nullable String accountId,
        String command,
        String name,
        String content,
        ObjectNode data,
        ObjectNode meta,
        ArrayNode tags,
        boolean active,
        long createdAt,
        long updatedAt,
        List<Grants.Grant> grants) {
    /** The kind under which access is granted. */
    static final String KIND = "prompt";
}
