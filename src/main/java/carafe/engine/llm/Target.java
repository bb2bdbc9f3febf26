package carafe.engine.llm;

import carafe.platform.config.Secret;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Where an upstream is and how it is addressed.
 *
 * @param base without a trailing slash, for example {@code https://api.openai.com/v1}
 * @param key sent as {@code Authorization: Bearer} when set
 * @param headers sent with every call
 */
public record Target(String base, Secret key, Map<String, String> headers) {
    public Target {
        headers = Map.copyOf(headers);
    }

    public Target(String base, Secret key) {
        this(base, key, Map.of());
    }

    /** Every header to send, the key's own first. */
    void eachHeader(BiConsumer<String, String> set) {
        if (key.isSet()) {
            set.accept("Authorization", "Bearer " + key.reveal());
        }
        headers.forEach(set);
    }
}
