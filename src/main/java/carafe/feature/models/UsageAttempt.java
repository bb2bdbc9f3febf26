package carafe.feature.models;

/**
 * One try of one server within a call.
 *
 * @param status the HTTP status it is booked under
 * @param code why it failed, empty when it did not
 * @param totalMs milliseconds
 */
record UsageAttempt(String connectionId, String upstreamName, int status, String code, long totalMs) {}
