/** Runs people's programs for them: execute, cancel, hints, and the pool behind it. */
@NullMarked
package carafe.feature.code;

import org.jspecify.annotations.NullMarked;
