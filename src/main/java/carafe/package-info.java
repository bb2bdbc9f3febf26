/** Main and App: the roof that reads the configuration, builds every object by hand, starts and stops them. */
@NullMarked
package carafe;

import org.jspecify.annotations.NullMarked;
