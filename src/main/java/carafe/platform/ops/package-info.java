/** Health, metrics and logs. */
@NullMarked
package carafe.platform.ops;

import org.jspecify.annotations.NullMarked;
