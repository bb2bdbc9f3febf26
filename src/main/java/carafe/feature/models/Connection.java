package carafe.feature.models;

import carafe.engine.llm.Target;
import carafe.engine.llm.anthropic.AnthropicClient;
import carafe.engine.llm.ollama.OllamaClient;
import carafe.platform.config.Secret;
import java.util.Locale;

/**
 * A server that offers models.
 *
 * @param fixed whether it comes from the environment and cannot be changed in the admin page
 */
public record Connection(
        String id,
        Kind kind,
        String name,
        String url,
        Secret key,
        boolean enabled,
        boolean fixed,
        ConnectionOptions options) {
    /** The protocol spoken to it. Local models are reached through child processes that speak OpenAI's. */
    public enum Kind {
        OPENAI,
        ANTHROPIC,
        OLLAMA,
        LOCAL;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The connection under which local models are listed. */
    public static final Connection LOCAL =
            new Connection("local", Kind.LOCAL, "Local models", "", Secret.NONE, true, true, ConnectionOptions.NONE);

    /** Where it speaks its own protocol; not for local models. */
    Target target() {
        return switch (kind) {
            case OPENAI, LOCAL -> new Target(url, key);
            case ANTHROPIC -> AnthropicClient.target(url, key);
            case OLLAMA -> OllamaClient.target(url, key);
        };
    }
}
