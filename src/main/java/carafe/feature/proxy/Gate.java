package carafe.feature.proxy;

import io.javalin.http.Context;

/** Who may use the panel's interface; each check throws what the caller is to be told. */
interface Gate {
    /** For what changes or shows secrets. */
    void forOwner(Context ctx);

    /** For figures and errors. */
    void forReaders(Context ctx);

    /** For what holds nothing secret. */
    void forAnybody(Context ctx);
}
