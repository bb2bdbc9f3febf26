package carafe.feature.code;

import carafe.engine.sandbox.Program.Case;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a program is given beside its files: environment, and per case standard input and arguments. */
record RunInput(Map<String, String> env, List<Case> cases, boolean many) {
    static final int MOST_STDIN = 1 << 20;
    static final int MOST_ARGS = 100;
    static final int MOST_ENV = 64;
    static final int MOST_CASES = 50;
    private static final int MOST_ARGUMENT = 4096;
    private static final int MOST_ALL = 4 << 20;

    static RunInput read(Fields fields) {
        var cases = fields.optionalArray("cases").map(list -> cases(fields, list));
        return new RunInput(env(fields), cases.orElseGet(() -> List.of(oneCase(fields))), cases.isPresent());
    }

    private static List<Case> cases(Fields fields, ArrayNode list) {
        if (fields.has("stdin") || fields.has("args")) {
            throw new Problem.Unprocessable(
                    "'cases' bring their own 'stdin' and 'args'; send one or the other.", "cases");
        }
        if (list.isEmpty() || list.size() > MOST_CASES) {
            throw new Problem.Unprocessable("'cases' must hold 1 to " + MOST_CASES + " cases.", "cases");
        }
        var cases = new ArrayList<Case>();
        long length = 0;
        for (int i = 0; i < list.size(); i++) {
            var at = "cases[" + i + "]";
            if (!(list.get(i) instanceof ObjectNode object)) {
                throw new Problem.Unprocessable("'" + at + "' must be an object.", at, Problem.Mistake.TYPE);
            }
            var one = oneCase(new Fields(object, at + "."));
            length += one.stdin().length();
            cases.add(one);
        }
        if (length > MOST_ALL) {
            throw new Problem.Unprocessable(
                    "The 'stdin' of all cases together is longer than " + MOST_ALL + ".", "cases");
        }
        return cases;
    }

    private static Case oneCase(Fields fields) {
        var stdin = fields.optionalText("stdin", MOST_STDIN).orElse("");
        Texts.checkUnicode(stdin, fields.path("stdin"));
        return new Case(
                stdin,
                fields.optionalArray("args").map(list -> args(fields, list)).orElse(List.of()));
    }

    private static List<String> args(Fields fields, ArrayNode list) {
        var at = fields.path("args");
        if (list.size() > MOST_ARGS) {
            throw new Problem.Unprocessable("'" + at + "' holds more than " + MOST_ARGS + " arguments.", at);
        }
        var args = new ArrayList<String>();
        for (int i = 0; i < list.size(); i++) {
            args.add(argument(list.get(i).textValue(), at + "[" + i + "]"));
        }
        return args;
    }

    private static String argument(@Nullable String value, String at) {
        if (value == null) {
            throw new Problem.Unprocessable("'" + at + "' must be a string.", at, Problem.Mistake.TYPE);
        }
        if (value.length() > MOST_ARGUMENT) {
            throw new Problem.Unprocessable("'" + at + "' is longer than " + MOST_ARGUMENT + " characters.", at);
        }
        Texts.checkArgument(value, at);
        return value;
    }

    private static Map<String, String> env(Fields fields) {
        var env = new LinkedHashMap<String, String>();
        fields.optionalObject("env").ifPresent(given -> {
            if (given.node().size() > MOST_ENV) {
                throw new Problem.Unprocessable("'env' holds more than " + MOST_ENV + " variables.", "env");
            }
            given.node().properties().forEach(entry -> {
                if (!entry.getKey().matches("[A-Za-z_][A-Za-z0-9_]{0,127}")) {
                    throw new Problem.Unprocessable(
                            "'env' may only hold names of letters, digits and underscores.", "env");
                }
                env.put(entry.getKey(), argument(entry.getValue().textValue(), "env." + entry.getKey()));
            });
        });
        return env;
    }
}
