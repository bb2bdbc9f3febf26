package carafe.feature.chats;

import java.util.Locale;

/** Where a message stands. Only a running turn owns {@link #STREAMING} rows; every other row is at rest and searchable. */
public enum MessageState {
    STREAMING,
    DONE,
    CANCELLED,
    ERROR;

    /** As it is stored and sent. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static MessageState of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
