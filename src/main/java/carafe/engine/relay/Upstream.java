package carafe.engine.relay;

/**
 * A server that requests are passed to.
 *
 * @param basePath what goes before every path: empty, or a path without a slash at its end
 * @param hostField the value of {@code Host} there
 */
public record Upstream(Origin origin, String basePath, String hostField) {}
