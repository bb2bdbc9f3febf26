package carafe.feature.models;

/**
 * A model that can be called.
 *
 * @param id what clients say
 * @param upstreamName what the connection calls it
 */
public record ModelEntry(String id, String name, Connection connection, String upstreamName) {}
