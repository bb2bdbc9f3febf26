package carafe.feature.models;

/**
 * What is known of a local model's file.
 *
 * @param size bytes on disk
 * @param context tokens
 * @param resident bytes in memory, 0 when it is not loaded
 */
public record LocalDetails(String id, long size, String architecture, long context, String licence, long resident) {}
