package carafe.platform.ops;

/** Whether load balancers should send work here: on when everything has started, off before anything stops. */
public final class Readiness {
    private volatile boolean ready;

    public void started() {
        ready = true;
    }

    public void stopping() {
        ready = false;
    }

    public boolean isReady() {
        return ready;
    }
}
