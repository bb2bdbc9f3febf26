/** Calls to addresses that users name, past the one guard against reaching into the operator's own network. */
@NullMarked
package carafe.engine.outbound;

import org.jspecify.annotations.NullMarked;
