package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The order in which nodes of a round write into the answer: one at a time, in the order in which something they refer to
 * began, and only once all that may still change whether they speak is decided. Used under the run's lock.
 */
final class Speaking {
    private final Round round;
    private final Map<Integer, Speech> speeches = new HashMap<>();
    private final List<Speech> queue = new ArrayList<>();
    private @Nullable Speech current;

    Speaking(Round round) {
        this.round = round;
    }

    /** Something that {@code number} refers to has begun, or it is ready itself. */
    void activate(int number) {
        if (!speeches.containsKey(number) && !round.isOver(number)) {
            var speech = new Speech(number, round.scope.nodes().get(number));
            speeches.put(number, speech);
            queue.add(speech);
        }
    }

    /** Waits until all of it is said; when it began. */
    long await(int number, long readyAt) {
        activate(number);
        advance();
        var speech = speeches.get(number);
        while (speech != null && !speech.complete) {
            round.awaitChange();
        }
        return speech == null ? readyAt : speech.startedAt;
    }

    void ended(int number) {
        var speech = speeches.remove(number);
        if (speech != null) {
            queue.remove(speech);
            leave(speech);
        }
    }

    private void leave(Speech speech) {
        if (current == speech) {
            current = null;
            round.leaveFloor(speech.node);
        }
    }

    /** The round is over, well or not: others may speak. */
    void close() {
        if (current != null) {
            leave(current);
        }
        queue.clear();
    }

    /** What a node that does not stream has to say at its end. */
    String unsaid(int number) {
        var speech = speeches.get(number);
        return speech == null || speech.streams ? "" : speech.content.toString();
    }

    /** Says whatever can be said now. */
    void advance() {
        if (queue.isEmpty()) {
            return;
        }
        if (current == null) {
            current = next();
        }
        var speech = current;
        if (speech == null || speech.complete) {
            return;
        }
        if (!speech.begun) {
            speech.begun = true;
            speech.startedAt = round.millis();
            round.begins(speech.node);
        }
        if (speech.whole ? sayWhole(speech) : sayParts(speech)) {
            speech.complete = true;
            round.changed();
        }
    }

    private @Nullable Speech next() {
        for (var speech : queue) {
            boolean may = round.scope.before().get(speech.number).stream().allMatch(round::isOver);
            if (may && round.takeFloor(speech.node, this)) {
                return speech;
            }
        }
        return null;
    }

    private boolean sayWhole(Speech speech) {
        if (!sayParts(speech) || !round.isReady(speech.number)) {
            return false;
        }
        say(speech, Values.compact(round.inputs(speech.node)), false);
        return true;
    }

    private boolean sayParts(Speech speech) {
        while (speech.at < speech.parts.size()) {
            if (!say(speech, speech.parts.get(speech.at))) {
                return false;
            }
            speech.at++;
            speech.pieces = 0;
        }
        return round.isReady(speech.number);
    }

    /** Whether the part was said to its end. */
    private boolean say(Speech speech, Speech.Part part) {
        return switch (part.unit()) {
            case Template.Unit.Constant constant -> {
                say(speech, constant.text(), part.thought());
                yield true;
            }
            case Template.Unit.Hole hole -> sayHole(speech, hole.path(), part.thought());
        };
    }

    private boolean sayHole(Speech speech, FieldPath path, boolean thought) {
        var input = speech.node.inputs().stream()
                .filter(one -> one.name().equals(path.name()))
                .findFirst()
                .orElseThrow();
        if (input.source() instanceof Node.Source.Ref ref) {
            var source = round.scope.numbers().get(ref.nodeId());
            if (source != null && !round.isOver(source)) {
                boolean comes = round.scope.above().get(speech.number).get(source);
                if (comes || !round.isReady(speech.number)) {
                    return sayStream(speech, source, ref, path, thought);
                }
            } else if (source != null && round.isDone(source) && isStream(source, ref, path)) {
                var heard = round.heard(source);
                if (!heard.isEmpty()) {
                    sayPieces(speech, heard, isThought(ref), thought);
                    return true;
                }
            }
        }
        JsonNode value = path.in(round.value(input));
        say(speech, value.isMissingNode() || value.isNull() ? "" : Values.text(value), thought);
        return true;
    }

    /** Says what a node that still writes has written so far; false: there may be more. */
    private boolean sayStream(Speech speech, int source, Node.Source.Ref ref, FieldPath path, boolean thought) {
        if (isStream(source, ref, path)) {
            sayPieces(speech, round.heard(source), isThought(ref), thought);
        }
        return false;
    }

    private boolean isStream(int source, Node.Source.Ref ref, FieldPath path) {
        var node = round.scope.nodes().get(source);
        if (!node.streams()
                || !path.steps().isEmpty()
                || !ref.path().steps().isEmpty()
                || node.outputs().isEmpty()) {
            return false;
        }
        return isThought(ref) || ref.path().name().equals(NodeRun.textOutput(node));
    }

    private static boolean isThought(Node.Source.Ref ref) {
        return ref.path().name().equals(NodeRun.REASONING) || ref.path().name().equals("reasoning_content");
    }

    private void sayPieces(Speech speech, List<Step.Piece> heard, boolean thoughts, boolean thought) {
        for (; speech.pieces < heard.size(); speech.pieces++) {
            var piece = heard.get(speech.pieces);
            if (piece.reasoning() == thoughts) {
                say(speech, piece.text(), thought);
            }
        }
    }

    private void say(Speech speech, String text, boolean thought) {
        if (text.isEmpty()) {
            return;
        }
        (thought ? speech.reasoning : speech.content).append(text);
        if (speech.streams) {
            round.say(speech.node, thought ? "" : text, thought ? text : "");
        } else if (thought) {
            round.say(speech.node, "", text);
        }
    }

    /** What has been said by {@code number} until now. */
    ObjectNode said(int number) {
        var speech = speeches.get(number);
        var said = Values.object();
        if (speech != null) {
            said.put("content", speech.content.toString()).put("reasoning_content", speech.reasoning.toString());
        }
        return said;
    }
}
