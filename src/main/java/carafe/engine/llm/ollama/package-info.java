/** The Ollama wire protocol towards an upstream. */
@NullMarked
package carafe.engine.llm.ollama;

import org.jspecify.annotations.NullMarked;
