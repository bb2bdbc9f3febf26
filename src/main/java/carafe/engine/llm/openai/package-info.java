/** The OpenAI wire protocol towards an upstream. */
@NullMarked
package carafe.engine.llm.openai;

import org.jspecify.annotations.NullMarked;
