package carafe.platform.jobs;

/**
 * Does the work of one kind of job, on a virtual thread, any number at once. It may be run again after a failure or the
 * death of its process, so what it does outside {@link Job#commit} and {@link Job#finish} must bear repetition.
 */
@FunctionalInterface
public interface JobHandler {
    /** Returning ends the job; an exception has it tried again later. */
    void run(Job job) throws Exception;

    /**
     * Called in the transaction in which the job fails for good, also when it was the end of its process that used up
     * the last try: whatever waits for the job learns of it here. SQL only.
     */
    default void gaveUp(String payload) {}

    /** How often it is tried before it counts as failed. */
    default int maxAttempts() {
        return 5;
    }

    /** How many of this kind run on one node at once, at least 1: the other places stay free for other kinds. */
    default int mostAtOnce() {
        return Integer.MAX_VALUE;
    }
}
