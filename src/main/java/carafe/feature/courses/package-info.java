/** Courses: lessons, exercises, submissions, progress, the tutor, and what teachers see of it. */
@NullMarked
package carafe.feature.courses;

import org.jspecify.annotations.NullMarked;
