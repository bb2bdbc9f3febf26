package carafe.feature.models;

import carafe.engine.llm.Target;
import carafe.platform.config.Secret;
import java.util.Locale;

/**
 * A server that offers models.
 *
 * @param fixed whether it comes from the environment and cannot be changed in the admin page
 */
public record Connection(String id, Kind kind, String name, String url, Secret key, boolean enabled, boolean fixed) {
    /** The protocol spoken to it. Local models are reached through child processes that speak OpenAI's. */
    public enum Kind {
        OPENAI,
        OLLAMA,
        LOCAL;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The connection under which local models are listed. */
    public static final Connection LOCAL =
            new Connection("local", Kind.LOCAL, "Local models", "", Secret.NONE, true, true);

    /** Where its OpenAI-compatible API is; not for local models. */
    Target target() {
        var base = kind == Kind.OLLAMA && !url.endsWith("/v1") ? url + "/v1" : url;
        return new Target(base, key);
    }
}
