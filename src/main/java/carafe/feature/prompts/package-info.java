/** Texts that people insert by a command; Open WebUI's prompts. */
@NullMarked
package carafe.feature.prompts;

import org.jspecify.annotations.NullMarked;
