package carafe.platform.jobs;

/** The job belongs to another process by now, or to nobody: whoever gets this stops working on it. */
public final class JobLost extends RuntimeException {
    JobLost(String id) {
        super("job " + id + " is no longer this node's");
    }
}
