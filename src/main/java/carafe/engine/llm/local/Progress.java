package carafe.engine.llm.local;

/** Told about bytes as they are copied. */
@FunctionalInterface
public interface Progress {
    /** Nobody listens. */
    Progress NONE = (done, total) -> {};

    /** {@code total} is -1 when it is not known. */
    void at(long done, long total);
}
