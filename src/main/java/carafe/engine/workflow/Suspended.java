package carafe.engine.workflow;

/** A node waits for something that may take days: its thread goes home, and a later part of the run takes it up. */
final class Suspended extends RuntimeException {
    Suspended() {
        super(null, null, false, false);
    }
}
