/** The transparent proxy: what it changes, what it shows, how it is run. */
@NullMarked
package carafe.feature.proxy;

import org.jspecify.annotations.NullMarked;
