package carafe.feature.models;

import carafe.feature.accounts.Grants;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What people made of a model: a name, parameters and a description, for a model of a connection (the same id, no {@code
 * baseId}) or as a model of its own on top of one. Times are epoch milliseconds.
 *
 * @param accountId whose it is
 * @param baseId the model that answers, or null when it is this one
 * @param params parameters of calls and {@code system}, the system prompt
 * @param meta for pages: description, capabilities, picture, suggestions, tags
 * @param active inactive ones are neither listed nor callable
 */
public record StoredModel(
        String id,
        @Nullable String accountId,
        @Nullable String baseId,
        String name,
        ObjectNode params,
        ObjectNode meta,
        boolean active,
        long createdAt,
        long updatedAt,
        List<Grants.Grant> grants) {
    /** The kind under which access is granted. */
    static final String KIND = "model";

    /** Whether it is a model of its own, not the dress of a connection's. */
    boolean isPreset() {
        return baseId != null;
    }
}
