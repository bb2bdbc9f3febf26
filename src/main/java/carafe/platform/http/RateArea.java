package carafe.platform.http;

/** A group of routes that shares one allowance per caller and minute; the numbers come from the configuration. */
public enum RateArea {
    NONE,
    SIGNIN,
    SIGNUP,
    EXECUTE,
    HINT,
    POOL_STATS,
    /** All routes of the code and course API together, beside the area of each. */
    COURSE
}
