/** Carafe's own pages. */
@NullMarked
package carafe.feature.web;

import org.jspecify.annotations.NullMarked;
