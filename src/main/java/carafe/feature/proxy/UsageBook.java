package carafe.feature.proxy;

import carafe.engine.relay.Ending;
import carafe.platform.http.Caller;

/** Where the use of models is written down. */
@FunctionalInterface
interface UsageBook {
    /** @param at when the call began, in epoch milliseconds */
    void add(Caller caller, UsageTap.Used used, long at, Ending ending);
}
