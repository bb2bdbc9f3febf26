package carafe.feature.chats;

import java.sql.ResultSet;
import java.sql.SQLException;

/** How rows of {@code message m} are read. */
final class MessageRows {
    static final String COLUMNS = "m.seq, m.chat_id, m.id, m.parent_id, m.role, m.model, m.content, m.body,"
            + " m.state, m.tokens, m.created_at, m.updated_at";

    private MessageRows() {}

    static Message read(ResultSet row) throws SQLException {
        return new Message(
                row.getLong("seq"),
                row.getString("chat_id"),
                row.getString("id"),
                row.getString("parent_id"),
                row.getString("role"),
                row.getString("model"),
                row.getString("content"),
                row.getString("body"),
                MessageState.of(row.getString("state")),
                row.getLong("tokens"),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }
}
