package carafe.engine.workflow;

import java.util.ArrayList;
import java.util.List;

/** What one node writes into the answer, unit by unit from left to right. Used under the run's lock. */
final class Speech {
    /** A part of the text; {@code thought} goes to the reasoning. */
    record Part(Template.Unit unit, boolean thought) {}

    final int number;
    final Node node;
    final boolean streams;
    /** Empty for an end node that says all its inputs. */
    final List<Part> parts = new ArrayList<>();

    final boolean whole;
    final StringBuilder content = new StringBuilder();
    final StringBuilder reasoning = new StringBuilder();
    int at;
    /** How many pieces of the stream at {@code at} were said. */
    int pieces;

    boolean begun;
    boolean complete;
    long startedAt;

    Speech(int number, Node node) {
        this.number = number;
        this.node = node;
        switch (node.task()) {
            case Task.End end -> {
                streams = end.stream();
                whole = end.template() == null;
                end.reasoning().units().forEach(unit -> parts.add(new Part(unit, true)));
                var template = end.template();
                if (template != null) {
                    template.units().forEach(unit -> parts.add(new Part(unit, false)));
                }
            }
            case Task.Message message -> {
                streams = message.stream();
                whole = false;
                message.template().units().forEach(unit -> parts.add(new Part(unit, false)));
            }
            default -> throw new IllegalArgumentException(node.id() + " does not speak");
        }
    }
}
