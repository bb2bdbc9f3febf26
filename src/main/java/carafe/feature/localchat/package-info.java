/** The wire of the local-chat API (sessions, REST, WebSocket protocol 1) over the one store of chats. */
@NullMarked
package carafe.feature.localchat;

import org.jspecify.annotations.NullMarked;
