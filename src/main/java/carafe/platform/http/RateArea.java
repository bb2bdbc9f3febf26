package carafe.platform.http;

/** A group of routes that shares one allowance per caller and minute; the numbers come from the configuration. */
public enum RateArea {
    NONE,
    SIGNIN,
    SIGNUP,
    EXECUTE,
    HINT,
    POOL_STATS,
    /** Pages of lessons and courses. */
    LESSONS,
    /** Checks and submissions of exercises. */
    SUBMIT,
    /** Questions to the tutor. */
    TUTOR,
    /** All routes of the code and course API together, beside the area of each. */
    COURSE
}
