/** What people think of answers: ratings, and the ranking of models that follows from them. */
@NullMarked
package carafe.feature.evaluations;

import org.jspecify.annotations.NullMarked;
