package carafe.engine.llm;

/** A protocol in which models are called: what a client speaks to us, or we to a server. */
public enum Dialect {
    OPENAI,
    ANTHROPIC,
    OLLAMA
}
