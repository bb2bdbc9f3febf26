/** Local models: GGUF files run by llama.cpp in child processes. */
@NullMarked
package carafe.engine.llm.local;

import org.jspecify.annotations.NullMarked;
