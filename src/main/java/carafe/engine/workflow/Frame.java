package carafe.engine.workflow;

/**
 * One document of a run's answer, as clients get it.
 *
 * @param json compact, without line breaks
 * @param mark what it is: S start, C content, E end of a node; W beginning, I question, Z end of the run; then a space and
 *     the node's path
 */
public record Frame(String json, String mark) {}
