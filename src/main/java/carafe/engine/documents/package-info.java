/** The text in documents, read in a process of its own; it knows no HTTP and no database. */
@NullMarked
package carafe.engine.documents;

import org.jspecify.annotations.NullMarked;
