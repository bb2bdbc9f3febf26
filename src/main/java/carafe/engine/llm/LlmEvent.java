package carafe.engine.llm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One thing that happens while a model answers, in order: Started, any mix, then Done or Failed, exactly one of both. */
public sealed interface LlmEvent {
    /** The upstream accepted the call. */
    record Started(String id, String model) implements LlmEvent {}

    /** A piece of the answer; {@code refusal} where the upstream says that it is no answer but why there is none. */
    record Text(String text, boolean refusal) implements LlmEvent {
        public Text(String text) {
            this(text, false);
        }
    }

    /** A piece of the model's thinking. */
    record Reasoning(String text) implements LlmEvent {}

    /** A piece of tool call {@code index}; id and name come with its first piece. */
    record ToolCallDelta(
            int index, @Nullable String id, @Nullable String name, String arguments) implements LlmEvent {}

    /** A page of the web on which the answer's text rests from character {@code start} to {@code end}, in code points. */
    record Citation(int start, int end, String url, String title) implements LlmEvent {}

    /** A search of the web that the server makes by itself: told when it begins, and again with what came of it. */
    record Search(String id, String query, Stage stage, List<Page> pages) implements LlmEvent {
        /** How far a search is. */
        public enum Stage {
            BEGUN,
            DONE,
            FAILED
        }

        /** What a search found. */
        public record Page(String url, String title) {}

        public Search {
            pages = List.copyOf(pages);
        }
    }

    /** Tokens read and written; of them, those read from the provider's cache, and those thought where that is told. */
    record Usage(long input, long output, long cached, long reasoning) implements LlmEvent {
        public Usage(long input, long output, long cached) {
            this(input, output, cached, 0);
        }
    }

    /** The end as the model meant it; {@code reason} as in the OpenAI API: stop, length, tool_calls, content_filter. */
    record Done(String reason) implements LlmEvent {}

    /** The end by a fault; what came before stays valid. */
    record Failed(LlmFailure failure) implements LlmEvent {}
}
