package carafe.feature.workflows;

/**
 * What the operator decides about workflows.
 *
 * @param serviceSub and {@code serviceLocation}: parts of the ids of requests
 * @param port of the service, for those ids
 */
public record FlowSettings(String serviceSub, String serviceLocation, int port) {}
