/** Workflows: their descriptions and versions, the apps that call them, and their runs. */
@NullMarked
package carafe.feature.workflows;

import org.jspecify.annotations.NullMarked;
