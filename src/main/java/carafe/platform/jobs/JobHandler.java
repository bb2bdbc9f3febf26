package carafe.platform.jobs;

/**
 * Does the work of one kind of job, on a virtual thread, any number at once. It may be run again after a failure or the
 * death of its process, so what it does outside {@link Job#commit} and {@link Job#finish} must bear repetition.
 */
@FunctionalInterface
public interface JobHandler {
    /** Returning ends the job; an exception has it tried again later. */
    void run(Job job) throws Exception;

    /** How often it is tried before it counts as failed. */
    default int maxAttempts() {
        return 5;
    }
}
