/** One streaming call to a language model, whatever its provider. */
@NullMarked
package carafe.engine.llm;

import org.jspecify.annotations.NullMarked;
