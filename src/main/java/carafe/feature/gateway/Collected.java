package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An answer put together from its events. */
final class Collected {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final Map<Integer, ToolCall> calls = new TreeMap<>();
    private final List<LlmEvent.Citation> citations = new ArrayList<>();
    /** As they stand by now, by their ids. */
    private final Map<String, LlmEvent.Search> searches = new LinkedHashMap<>();

    private int firstCall = -1;
    private LlmEvent.@Nullable Usage usage;
    private String reason = "stop";
    private long pieces;
    private boolean refused;

    void add(LlmEvent event) {
        switch (event) {
            case LlmEvent.Text(var piece, var refusal) -> {
                refused |= refusal;
                text.append(piece);
                pieces++;
            }
            case LlmEvent.Reasoning(var piece) -> {
                reasoning.append(piece);
                pieces++;
            }
            case LlmEvent.ToolCallDelta piece -> {
                firstCall = firstCall < 0 ? piece.index() : firstCall;
                calls.computeIfAbsent(piece.index(), i -> new ToolCall()).add(piece);
                pieces++;
            }
            case LlmEvent.Citation citation -> citations.add(citation);
            case LlmEvent.Search search -> searches.put(search.id(), search);
            case LlmEvent.Usage counted -> usage = counted;
            case LlmEvent.Done(var why) -> reason = why;
            case LlmEvent.Started started -> {}
            case LlmEvent.Failed failed -> {}
        }
    }

    String text() {
        return text.toString();
    }

    /** As {@link #reason}, for surfaces on which refusals have a field of their own. */
    String reasonBesideRefusal() {
        return refused && reason.equals("content_filter") ? "stop" : reason;
    }

    String reasoning() {
        return reasoning.toString();
    }

    Collection<ToolCall> calls() {
        return calls.values();
    }

    List<LlmEvent.Citation> citations() {
        return citations;
    }

    Collection<LlmEvent.Search> searches() {
        return searches.values();
    }

    /** The index of the call that came first; -1 without one. */
    int firstCall() {
        return firstCall;
    }

    /** Whether the text is a refusal, in the sense of the OpenAI API: an answer of its own kind, and no fault. */
    boolean refused() {
        return refused;
    }

    /** As in the OpenAI API: stop, length, tool_calls, content_filter. */
    String reason() {
        return reason;
    }

    /** What the upstream counted; if it did not, the number of pieces stands for the tokens of the answer. */
    LlmEvent.Usage usage() {
        return usage == null ? new LlmEvent.Usage(0, pieces, 0) : usage;
    }
}
