package carafe.engine.llm;

import carafe.platform.config.Secret;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Where an upstream is and how it is addressed.
 *
 * @param base without a trailing slash, for example {@code https://api.openai.com/v1}
 * @param key sent in the header {@code keyHeader} when set
 * @param keyHeader {@code Authorization}, where the key follows the word Bearer, or another, where it stands alone
 * @param headers sent with every call
 */
public record Target(String base, Secret key, String keyHeader, Map<String, String> headers) {
    private static final String AUTHORIZATION = "Authorization";

    public Target {
        headers = Map.copyOf(headers);
    }

    public Target(String base, Secret key, Map<String, String> headers) {
        this(base, key, AUTHORIZATION, headers);
    }

    public Target(String base, Secret key) {
        this(base, key, Map.of());
    }

    /** The same with more headers; those given here win. */
    public Target with(Map<String, String> more) {
        if (more.isEmpty()) {
            return this;
        }
        var all = new java.util.HashMap<>(headers);
        all.putAll(more);
        return new Target(base, key, keyHeader, all);
    }

    /** Every header to send, the key's own first. */
    void eachHeader(BiConsumer<String, String> set) {
        if (key.isSet()) {
            set.accept(keyHeader, keyHeader.equals(AUTHORIZATION) ? "Bearer " + key.reveal() : key.reveal());
        }
        headers.forEach(set);
    }
}
