/** Routes with mandatory rules, callers, limits and the one error funnel. */
@NullMarked
package carafe.platform.http;

import org.jspecify.annotations.NullMarked;
