package carafe.platform.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads settings from variables and collects every mistake, so that one start tells them all. */
final class Environment {
    private final Map<String, String> variables;
    private final List<String> mistakes = new ArrayList<>();

    /** Names count in any case; of two that differ in case only, the one in capitals. */
    Environment(Map<String, String> variables) {
        var all = new HashMap<>(variables);
        variables.forEach((name, value) -> all.putIfAbsent(name.toUpperCase(Locale.ROOT), value));
        this.variables = Map.copyOf(all);
    }

    /** The process environment over the file {@code .env}, if there is one. */
    static Map<String, String> load(Map<String, String> process, Path file) {
        var all = new HashMap<String, String>();
        if (Files.isRegularFile(file)) {
            try {
                all.putAll(new EnvText(Files.readString(file)).values());
            } catch (IOException e) {
                throw new ConfigException(List.of("cannot read " + file + ": " + e.getMessage()));
            }
        }
        all.putAll(process);
        return all;
    }

    Optional<String> given(Setting setting) {
        var value = variables.get(setting.name());
        for (var alias : setting.aliases()) {
            value = value == null || value.isBlank() ? variables.get(alias) : value;
        }
        return Optional.ofNullable(blankToNull(value));
    }

    /** Values of variables that begin with the setting's name and an underscore, by the rest of their name in lower case. */
    Map<String, String> byEnding(Setting setting) {
        var found = new HashMap<String, String>();
        var start = setting.name() + "_";
        variables.forEach((name, value) -> {
            if (name.startsWith(start) && name.length() > start.length() && !value.isBlank()) {
                found.put(name.substring(start.length()).toLowerCase(Locale.ROOT), value.strip());
            }
        });
        return found;
    }

    private static @Nullable String blankToNull(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }

    String text(Setting setting) {
        return given(setting).orElse(setting.fallback());
    }

    String oneOf(Setting setting, String... choices) {
        var value = text(setting);
        for (var choice : choices) {
            if (choice.equalsIgnoreCase(value)) {
                return choice;
            }
        }
        mistake(setting, value, "one of " + String.join(", ", choices));
        return setting.fallback();
    }

    int number(Setting setting, int min, int max) {
        var value = text(setting);
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, with the others
        }
        mistake(setting, value, "a whole number from " + min + " to " + max);
        return Integer.parseInt(setting.fallback());
    }

    Optional<Boolean> optionalSwitch(Setting setting) {
        var value = text(setting);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> Optional.of(true);
            case "false", "0", "no", "off" -> Optional.of(false);
            default -> {
                mistake(setting, value, "true or false");
                yield Optional.empty();
            }
        };
    }

    boolean isOn(Setting setting) {
        return optionalSwitch(setting).orElse(false);
    }

    Duration duration(Setting setting) {
        var value = text(setting);
        if (setting.name().equals(Catalogue.SHUTDOWN_TIMEOUT.name()) && value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value)); // as the workflow service counts it
        }
        try {
            return Durations.parse(value);
        } catch (IllegalArgumentException e) {
            mistake(setting, value, "a duration such as 90s, 5m or 4w");
            return Durations.parse(setting.fallback());
        }
    }

    /** Entries separated by semicolons or commas; an empty place between semicolons stays, so that lists line up. */
    List<String> list(Setting setting) {
        var value = text(setting);
        if (value.isEmpty()) {
            return List.of();
        }
        return Arrays.stream(value.split(value.contains(";") ? ";" : ",", -1))
                .map(String::strip)
                .toList();
    }

    void mistake(String name, String value, String expected) {
        mistakes.add(name + ": '" + value + "' is not " + expected);
    }

    void mistake(Setting setting, String value, String expected) {
        var shown = setting.secret() ? "its value" : "'" + value + "'";
        mistakes.add(
                setting.name() + ": " + shown + " is not " + expected + " (for example " + setting.example() + ")");
    }

    void check() {
        if (!mistakes.isEmpty()) {
            throw new ConfigException(mistakes);
        }
    }
}
