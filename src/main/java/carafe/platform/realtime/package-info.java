/** The in-process event hub and its faces: server-sent events and WebSocket. */
@NullMarked
package carafe.platform.realtime;

import org.jspecify.annotations.NullMarked;
