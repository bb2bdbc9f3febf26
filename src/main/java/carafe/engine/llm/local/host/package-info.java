/** What runs inside the child process: one model, its slots, and an OpenAI-shaped face on loopback. */
@NullMarked
package carafe.engine.llm.local.host;

import org.jspecify.annotations.NullMarked;
