package carafe.platform.http;

/** A group of routes that shares one allowance per caller and minute; the numbers come from the configuration. */
public enum RateArea {
    NONE,
    SIGNIN,
    SIGNUP
}
