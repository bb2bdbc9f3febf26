/** The wire of the model APIs: parse, call models, answer. */
@NullMarked
package carafe.feature.gateway;

import org.jspecify.annotations.NullMarked;
