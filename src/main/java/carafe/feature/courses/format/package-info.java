/** Courses as folders of plain files: what they hold, how they are read, and what is wrong with them. */
@NullMarked
package carafe.feature.courses.format;

import org.jspecify.annotations.NullMarked;
