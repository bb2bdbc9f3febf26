/** Rows and tree of chats. */
@NullMarked
package carafe.feature.chats;

import org.jspecify.annotations.NullMarked;
