/** A Socket.IO server (protocol 5 over Engine.IO 4): transports, packets, rooms and acknowledgements. */
@NullMarked
package carafe.platform.realtime.socketio;

import org.jspecify.annotations.NullMarked;
