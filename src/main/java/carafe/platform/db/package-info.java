/** SQL on SQLite and PostgreSQL: readers, one writer, migrations. */
@NullMarked
package carafe.platform.db;

import org.jspecify.annotations.NullMarked;
