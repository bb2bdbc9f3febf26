/** Background work that survives a kill, owned by process incarnations. */
@NullMarked
package carafe.platform.jobs;

import org.jspecify.annotations.NullMarked;
