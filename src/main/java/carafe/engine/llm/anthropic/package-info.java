/** The Anthropic wire protocol towards an upstream. */
@NullMarked
package carafe.engine.llm.anthropic;

import org.jspecify.annotations.NullMarked;
