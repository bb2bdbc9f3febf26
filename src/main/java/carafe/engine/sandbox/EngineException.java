package carafe.engine.sandbox;

import java.time.Duration;

/** The container engine could not do what was asked; {@code message} and {@code remedy} are for operators. */
final class EngineException extends Exception {
    private static final long serialVersionUID = 1L;

    enum Kind {
        /** Nobody answers, or not as an engine. */
        AWAY,
        /** Somebody is there and does not answer in time. */
        HANGS,
        /** The image is not there, or not one that this language can run in. */
        IMAGE,
        /** Everything else. */
        FAILED
    }

    private final Kind kind;
    private final String remedy;

    EngineException(Kind kind, String message, String remedy) {
        super(message);
        this.kind = kind;
        this.remedy = remedy;
    }

    Kind kind() {
        return kind;
    }

    String remedy() {
        return remedy;
    }

    String text() {
        return String.valueOf(getMessage());
    }

    Outcome.Unavailable outcome() {
        var reason = switch (kind) {
            case AWAY, HANGS -> Outcome.Unavailable.Reason.NO_ENGINE;
            case IMAGE -> Outcome.Unavailable.Reason.NO_IMAGE;
            case FAILED -> Outcome.Unavailable.Reason.CANNOT_START;
        };
        return new Outcome.Unavailable(reason, text() + " " + remedy, Duration.ofSeconds(kind == Kind.IMAGE ? 60 : 10));
    }
}
