/** Runs strangers' programs in locked containers: pool, runner protocol, limits. Knows neither people nor routes. */
@NullMarked
package carafe.engine.sandbox;

import org.jspecify.annotations.NullMarked;
