package carafe.feature.localchat;

import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import io.javalin.http.Context;
import java.util.function.Supplier;

/** Who speaks: an account, or where strangers are let in, the one account that they share. */
final class Guests {
    private final boolean open;
    private final Supplier<Caller.Person> shared;

    /** @param shared the account of strangers, asked for only where they are let in */
    Guests(boolean open, Supplier<Caller.Person> shared) {
        this.open = open;
        this.shared = shared;
    }

    /** The rule of a route for everybody who may chat. */
    Rule rule() {
        return Rule.of(Surface.LOCAL, open ? Access.PUBLIC : Access.USER);
    }

    Caller of(Context ctx) {
        return of(Caller.of(ctx));
    }

    /** A proof that does not hold is refused also where none is needed: its owner believes to be somebody. */
    Caller of(Caller caller) {
        if (open && caller instanceof Caller.Anonymous stranger && stranger.proof() == Caller.Proof.NONE) {
            return shared.get();
        }
        Access.USER.check(caller);
        return caller;
    }
}
