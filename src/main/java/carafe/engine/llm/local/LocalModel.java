package carafe.engine.llm.local;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A local model as an admin sees it.
 *
 * @param size bytes of the file
 * @param header what the file says about itself, or null when it is not sound
 * @param reason why it cannot be used or how it last failed, for people, or null
 * @param memory what it holds while it is loading or loaded, else null
 */
public record LocalModel(
        String id,
        Path file,
        long size,
        @Nullable Gguf header,
        State state,
        @Nullable String reason,
        @Nullable Memory memory) {
    /**
     * @param answers that are being written now
     * @param slots answers that can be written at once
     * @param context tokens of each
     * @param reserved bytes of the budget
     * @param resident bytes of memory its process holds now, or null when the system does not tell
     * @param loadingMs milliseconds since it began to load, 0 when that is done
     */
    public record Memory(
            int answers,
            int slots,
            int context,
            long reserved,
            @Nullable Long resident,
            long loadingMs) {}

    static LocalModel of(ModelFile file, @Nullable Seat seat, Instant now) {
        if (file.header() == null) {
            return new LocalModel(file.id(), file.path(), file.size(), null, State.FAILED, file.problem(), null);
        }
        String crash = seat == null ? "" : seat.crashes.reason();
        return new LocalModel(
                file.id(),
                file.path(),
                file.size(),
                file.header(),
                seat == null ? State.UNLOADED : seat.state(),
                crash.isEmpty() ? null : crash,
                seat == null || !seat.holdsMemory() ? null : memory(seat, now));
    }

    private static Memory memory(Seat seat, Instant now) {
        ModelProcess process = seat.process == null ? seat.starting : seat.process;
        return new Memory(
                seat.users,
                seat.slots,
                seat.context,
                seat.bytes,
                process == null ? null : process.resident(),
                seat.loading == null
                        ? 0
                        : Duration.between(seat.loadingSince, now).toMillis());
    }

    /** Where a model stands. */
    public enum State {
        UNLOADED,
        LOADING,
        LOADED,
        FAILED
    }

    public String name() {
        return header == null || header.name() == null ? id : header.name();
    }

    /** Nothing when the file is not sound. */
    public String architecture() {
        return header == null ? "" : header.architecture();
    }

    /** Tokens the model was trained for, 0 when the file is not sound. */
    public int context() {
        return header == null ? 0 : header.context();
    }

    public @Nullable String licence() {
        return header == null ? null : header.licence();
    }

    public @Nullable Long resident() {
        return memory == null ? null : memory.resident();
    }
}
