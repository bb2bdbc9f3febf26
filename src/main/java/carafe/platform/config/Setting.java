package carafe.platform.config;

import java.util.ArrayList;
import java.util.List;

/**
 * One entry of the catalogue: everything there is to say about a setting, in one place. It drives parsing, messages,
 * the admin page and the table in the README.
 *
 * @param name the variable's name
 * @param aliases other names that are read when {@code name} is not set
 * @param fallback the default as text, empty for none
 * @param secret whether its value must never be shown
 * @param home whether it is fixed at start, or admins change it at run time, and which value then wins
 */
public record Setting(
        String name,
        List<String> aliases,
        Kind kind,
        String fallback,
        Category category,
        boolean secret,
        Home home,
        String example,
        String description) {

    /** How the text is read. */
    public enum Kind {
        TEXT,
        NUMBER,
        SWITCH,
        DURATION,
        LIST,
        ROLE
    }

    /** Where it stands in tables and pages. */
    public enum Category {
        SERVER,
        DATA,
        MODELS,
        ACCOUNTS,
        FRONT_END,
        CODE,
        LIMITS,
        PROXY,
        FLOWS,
        LOGS
    }

    /** The one place a setting lives. */
    public enum Home {
        ENV,
        TABLE,
        /** The file {@code .env}, which wins over the environment and is written by the proxy's own panel. */
        ENV_FILE
    }

    /** All names under which it is read, the first that is given counts. */
    public List<String> names() {
        var names = new ArrayList<>(List.of(name));
        names.addAll(aliases);
        return names;
    }

    static Setting of(String name, Kind kind, String fallback, Category category, String example, String description) {
        return new Setting(name, List.of(), kind, fallback, category, false, Home.ENV, example, description);
    }

    Setting alias(String... names) {
        return new Setting(name, List.of(names), kind, fallback, category, secret, home, example, description);
    }

    Setting hidden() {
        return new Setting(name, aliases, kind, fallback, category, true, home, example, description);
    }

    /** Admins change it while the server runs. */
    Setting live() {
        return new Setting(name, aliases, kind, fallback, category, secret, Home.TABLE, example, description);
    }

    /** Lives in the file that the proxy's panel writes. */
    Setting inEnvFile() {
        return new Setting(name, aliases, kind, fallback, category, secret, Home.ENV_FILE, example, description);
    }
}
