package carafe.feature.code;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Hints without a model: what the cursor's line looks like decides. The first rule that fits is taken. */
final class HintRules {
    private record Rule(Pattern line, String hint, @Nullable String reference, List<String> concepts) {}

    private static final List<Rule> PYTHON = List.of(
            rule(
                    "def\\s+__init__\\b.*",
                    "The constructor runs when an object is made. Keep what the object needs later in attributes of self.",
                    "def __init__(self, name):\n    self.name = name\n    self.history = []",
                    "constructor",
                    "self",
                    "attributes"),
            rule(
                    "(async\\s+)?def\\s+run\\b.*",
                    "A run method usually takes the input, works in steps and returns the result. Begin with the shortest"
                            + " version that returns something, then add the steps.",
                    "def run(self, question):\n    answer = self.think(question)\n    self.history.append((question,"
                            + " answer))\n    return answer",
                    "method",
                    "return value",
                    "state"),
            rule(
                    "class\\s+\\w+.*",
                    "A class joins data and what is done with it. Write its constructor first.",
                    "class Agent:\n    def __init__(self, name):\n        self.name = name",
                    "class",
                    "constructor"),
            rule(
                    "(async\\s+)?def\\s+\\w+.*",
                    "Say what the function takes and what it returns, try it with one small input, then write the body.",
                    "def area(width, height):\n    return width * height",
                    "function",
                    "parameters",
                    "return value"),
            rule(
                    "for\\s+.*",
                    "A for loop takes one element after another. Print the loop variable to see what it holds.",
                    "for i, item in enumerate(items):\n    print(i, item)",
                    "loop",
                    "iteration"),
            rule(
                    "while\\s+.*",
                    "Something inside the loop must change its condition, or it never ends.",
                    "n = 3\nwhile n > 0:\n    print(n)\n    n -= 1",
                    "loop",
                    "condition"),
            rule(
                    "(if|elif)\\s+.*|else\\s*:.*",
                    "Only the first branch whose condition holds is run. Compare with == and end the line with a colon.",
                    "if score >= 90:\n    grade = 'A'\nelse:\n    grade = 'B'",
                    "condition",
                    "comparison"),
            rule(
                    "try\\s*:.*|except\\b.*|finally\\s*:.*|raise\\b.*",
                    "Catch only the exception you expect, as close to where it comes from as you can.",
                    "try:\n    number = int(text)\nexcept ValueError:\n    number = 0",
                    "exceptions"),
            rule(
                    "(import|from)\\s+.*",
                    "An import at the top makes a module's names usable. Only modules of the sandbox's image are there, and"
                            + " there is no network.",
                    null,
                    "modules"),
            rule(
                    "with\\s+.*",
                    "A with block closes what it opened, also when something goes wrong inside.",
                    "with open('data.txt') as file:\n    for line in file:\n        print(line.strip())",
                    "context manager",
                    "files"),
            rule("return\\b.*", "return ends the function and hands its value to the caller.", null, "return value"),
            rule(
                    ".*\\binput\\s*\\(.*",
                    "input() reads one line of standard input and always gives a text: turn it into a number where you"
                            + " need one.",
                    "age = int(input())",
                    "standard input",
                    "conversion"),
            rule(
                    "print\\s*\\(.*",
                    "print() shows values while you search for a mistake; f-strings put them into a sentence.",
                    "print(f'{name} has {points} points')",
                    "output",
                    "f-strings"));

    private static final List<Rule> OTHERS = List.of(
            rule(
                    "(async\\s+)?function\\b.*|(const|let|var)\\s+\\w+\\s*=\\s*(async\\s*)?\\(.*=>.*|\\w+\\s*\\(\\)\\s*\\{.*",
                    "Say what the function takes and what it gives back, and try it with one small input.",
                    null,
                    "function"),
            rule("(for|while)\\b.*", "Check how often the loop runs, and what makes it end.", null, "loop"),
            rule(
                    "(if|else|elif|switch|case)\\b.*",
                    "Only the branch whose condition holds is run.",
                    null,
                    "condition"));

    private HintRules() {}

    private static Rule rule(String line, String hint, @Nullable String reference, String... concepts) {
        return new Rule(Pattern.compile(line), hint, reference, List.of(concepts));
    }

    /** {@code line} counts from 1; one past the end is an empty line. */
    static Hint of(String language, String code, int line) {
        var text = line(code, line).strip();
        var context = "Line " + line + (text.isEmpty() ? " is empty." : ": " + cut(text));
        for (var rule : language.equals("python") ? PYTHON : OTHERS) {
            if (rule.line().matcher(text).matches()) {
                return new Hint(context, rule.hint(), rule.reference(), rule.concepts());
            }
        }
        return new Hint(
                context,
                text.isEmpty()
                        ? "Say in one sentence what should happen next, then write the line that does it."
                        : "Run the program often, and print what you are not sure about. An error message names the line"
                                + " it comes from.",
                null,
                List.of("small steps"));
    }

    static String line(String code, int line) {
        return code.lines().skip(line - 1L).findFirst().orElse("");
    }

    private static String cut(String text) {
        return text.codePointCount(0, text.length()) <= 200
                ? text
                : text.substring(0, text.offsetByCodePoints(0, 200)) + "…";
    }
}
