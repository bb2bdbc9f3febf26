package carafe.engine.sandbox;

import java.time.Duration;

/**
 * What one case may use at most. {@code outputBytes} holds for standard output and standard error each. Memory and
 * processes beyond the container's own bounds are cut to these.
 */
public record Limits(Duration wall, Duration cpu, int memoryMb, int processes, int outputBytes) {}
