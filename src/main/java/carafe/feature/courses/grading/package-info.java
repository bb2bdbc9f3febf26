/** Runs exercises in the sandbox, compares what comes out, and checks courses with their own solutions. */
@NullMarked
package carafe.feature.courses.grading;

import org.jspecify.annotations.NullMarked;
