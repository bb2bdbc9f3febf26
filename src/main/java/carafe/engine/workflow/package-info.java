/** Workflows: their description as data, its checks, and the scheduler that runs it step by step and can go on anywhere. */
@NullMarked
package carafe.engine.workflow;

import org.jspecify.annotations.NullMarked;
