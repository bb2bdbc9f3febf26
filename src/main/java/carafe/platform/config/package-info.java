/** One immutable configuration from environment and file, described by one catalogue of settings. */
@NullMarked
package carafe.platform.config;

import org.jspecify.annotations.NullMarked;
