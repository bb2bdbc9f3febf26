package carafe.feature.models;

import carafe.engine.llm.ChatClient;
import carafe.engine.llm.Upstreams;
import carafe.engine.llm.anthropic.AnthropicClient;
import carafe.engine.llm.ollama.OllamaClient;
import carafe.engine.llm.openai.OpenAiClient;
import com.fasterxml.jackson.databind.ObjectMapper;

/** The client for each kind of connection. */
public final class Providers {
    private final OpenAiClient openAi;
    private final AnthropicClient anthropic;
    private final OllamaClient ollama;

    public Providers(Upstreams upstreams, ObjectMapper mapper) {
        openAi = new OpenAiClient(upstreams, mapper);
        anthropic = new AnthropicClient(upstreams, mapper);
        ollama = new OllamaClient(upstreams, mapper);
    }

    ChatClient client(Connection.Kind kind) {
        return switch (kind) {
            case OPENAI, LOCAL -> openAi;
            case ANTHROPIC -> anthropic;
            case OLLAMA -> ollama;
        };
    }
}
