/** HTTP/1.1 passed on byte by byte, on event loops: the transport of the transparent proxy and of models' streams. */
@NullMarked
package carafe.engine.relay;

import org.jspecify.annotations.NullMarked;
