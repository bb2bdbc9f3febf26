package carafe.feature.models;

/** How a call went: the HTTP status it is booked under, and milliseconds to the first piece and to the end. */
public record Reply(int status, long firstMs, long totalMs) {}
