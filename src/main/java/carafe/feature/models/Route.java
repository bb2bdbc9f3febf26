package carafe.feature.models;

/**
 * One server that a model can be called at.
 *
 * @param model what clients say
 * @param upstreamName what the connection calls it
 * @param weight its share of the calls among routes of the same priority; 0: only when the others fail
 * @param priority lower ones are tried first
 */
public record Route(String model, Connection connection, String upstreamName, int weight, int priority) {}
