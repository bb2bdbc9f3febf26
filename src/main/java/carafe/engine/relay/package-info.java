/** HTTP/1.1 passed on byte by byte, on event loops: the transport of the transparent proxy. */
@NullMarked
package carafe.engine.relay;

import org.jspecify.annotations.NullMarked;
