package carafe.feature.proxy;

import io.javalin.http.Context;

/** On the main port the route's own rule lets administrators in alone. */
final class AdminGate implements Gate {
    @Override
    public void forOwner(Context ctx) {
        // the rule has checked it
    }

    @Override
    public void forReaders(Context ctx) {
        // the rule has checked it
    }

    @Override
    public void forAnybody(Context ctx) {
        // the rule has checked it
    }
}
