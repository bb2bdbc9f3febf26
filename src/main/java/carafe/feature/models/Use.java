package carafe.feature.models;

import carafe.platform.http.Caller;

/**
 * Who calls a model, and what for; every call is booked under it exactly once.
 *
 * @param surface the API it came through, for example openai or webui
 * @param refKind what it belongs to: chat, api, task
 * @param refId the id of that, or empty; calls with the same one reuse a local model's state
 * @param callId unique for ever
 */
public record Use(Caller caller, String surface, String refKind, String refId, String callId) {}
