package carafe.engine.llm.anthropic;

import java.util.regex.Pattern;

/**
 * What a model takes, by the version in its name; the API refuses calls that say more. Models of others that speak the
 * protocol take everything.
 *
 * @param version 100 times the major plus the minor number, 0 for models of others
 */
record Claude(int version) {
    private static final Pattern NAME = Pattern.compile("claude-(?:[a-z]+-)?(\\d{1,2})(?:[-.](\\d{1,2}))?(?!\\d)");
    private static final int ONE_SAMPLING = 401;
    private static final int ADAPTIVE = 406;
    private static final int NO_SAMPLING = 407;

    static Claude of(String model) {
        var name = NAME.matcher(model);
        if (name.find()) {
            var minor = name.group(2);
            return new Claude(Integer.parseInt(name.group(1)) * 100 + (minor == null ? 0 : Integer.parseInt(minor)));
        }
        return new Claude(model.contains("claude-mythos") ? NO_SAMPLING : 0); // whose first one has no number
    }

    /** Whether it decides itself how long to think, by its effort, instead of being given a number of tokens. */
    boolean isAdaptive() {
        return version >= ADAPTIVE;
    }

    /** Whether it keeps its thoughts to itself unless it is asked for them, and knows one effort more. */
    boolean isSilent() {
        return version >= NO_SAMPLING;
    }

    /** Whether it takes no temperature, top_p or top_k. */
    boolean hasNoSampling() {
        return version >= NO_SAMPLING;
    }

    /** Whether it takes a temperature or a top_p, but not both. */
    boolean hasOneSampling() {
        return version >= ONE_SAMPLING;
    }
}
