package carafe.platform.db;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Makes one value from the row under the cursor; it never moves the cursor. */
@FunctionalInterface
public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
}
