package carafe.platform.config;

/** What other agents read of the workflows; {@code base} is the address of this server for them, empty: not said. */
public record AgentCard(String base, String name, String version) {}
