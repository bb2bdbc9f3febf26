package carafe.platform.config;

import java.util.List;

/** The configuration cannot be used; all mistakes at once, one a line. */
public final class ConfigException extends RuntimeException {
    public ConfigException(List<String> mistakes) {
        super(String.join("\n", mistakes));
    }
}
