package carafe.engine.relay;

import java.util.concurrent.atomic.AtomicLong;

/** A loop with the connections to upstreams that live on it. */
record Lane(Loop loop, Pool pool, Dialer dialer, AtomicLong room) {
    Dial dial(Exchange exchange, Origin origin) {
        return dialer.dial(this, exchange, origin);
    }
}
