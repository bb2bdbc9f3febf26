package carafe.engine.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;

/**
 * Parameters that only Ollama has (github.com/ollama/ollama, docs/modelfile.mdx and docs/api.md), on their way through a
 * chat completion request: in a field of its own, {@link ChatFields#OLLAMA}, that no other server gets.
 */
public final class OllamaParams {
    public static final List<String> NUMBERS = List.of(
            "mirostat",
            "mirostat_eta",
            "mirostat_tau",
            "num_batch",
            "num_ctx",
            "num_gpu",
            "num_keep",
            "num_predict",
            "num_thread",
            "repeat_last_n",
            "tfs_z",
            "typical_p");
    public static final List<String> SWITCHES = List.of("use_mlock", "use_mmap");
    /** Those that stand beside the options: text, true or false, a number or an object. */
    public static final List<String> BESIDE = List.of("format", "keep_alive", "think");

    private OllamaParams() {}

    /** All of them by their names. */
    public static Stream<String> names() {
        return Stream.of(NUMBERS, SWITCHES, BESIDE).flatMap(List::stream);
    }

    /** Sets the parameter {@code name}, one of {@link #names()}, of {@code chat}, a chat completion request. */
    public static void put(ObjectNode chat, String name, JsonNode value) {
        var own = ChatFields.object(chat, ChatFields.OLLAMA);
        (BESIDE.contains(name) ? own : ChatFields.object(own, "options")).set(name, value);
    }

    /** Whether {@code chat} says something of the parameter {@code name}. */
    public static boolean has(ObjectNode chat, String name) {
        var own = chat.path(ChatFields.OLLAMA);
        return (BESIDE.contains(name) ? own : own.path("options")).hasNonNull(name);
    }

    /** Puts them where a request of {@code /api/chat} or {@code /api/generate} has them. */
    public static void move(JsonNode chat, ObjectNode request) {
        chat.path(ChatFields.OLLAMA).properties().forEach(field -> {
            if (field.getValue() instanceof ObjectNode options) {
                ChatFields.object(request, field.getKey()).setAll(options);
            } else {
                request.set(field.getKey(), field.getValue());
            }
        });
    }
}
