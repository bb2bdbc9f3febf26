/** The completion flow of a chat turn, owned by the server. */
@NullMarked
package carafe.feature.chats.turns;

import org.jspecify.annotations.NullMarked;
