package carafe.feature.courses.format;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** How output is compared with what is expected. Line ends count the same in all forms. */
public sealed interface Match {
    boolean matches(String expected, String actual);

    /** Character by character. */
    record Exact() implements Match {
        @Override
        public boolean matches(String expected, String actual) {
            return unix(expected).equals(unix(actual));
        }
    }

    /** Without blanks at the ends of lines and empty lines at either end. */
    record Trim() implements Match {
        @Override
        public boolean matches(String expected, String actual) {
            return trimmed(expected).equals(trimmed(actual));
        }
    }

    /** The same words, whatever lies between them. */
    record Tokens() implements Match {
        @Override
        public boolean matches(String expected, String actual) {
            return words(expected).equals(words(actual));
        }
    }

    /** The same lines in any order. */
    record Lines() implements Match {
        @Override
        public boolean matches(String expected, String actual) {
            return trimmed(expected)
                    .lines()
                    .sorted()
                    .toList()
                    .equals(trimmed(actual).lines().sorted().toList());
        }
    }

    /** The expected text is part of the output. */
    record Contains() implements Match {
        @Override
        public boolean matches(String expected, String actual) {
            return unix(actual).contains(unix(expected).strip());
        }
    }

    /** The same words; numbers may differ by {@code tolerance}, absolute or relative. */
    record Floats(double tolerance) implements Match {
        @Override
        public boolean matches(String expected, String actual) {
            var wanted = words(expected);
            var got = words(actual);
            if (wanted.size() != got.size()) {
                return false;
            }
            for (int i = 0; i < wanted.size(); i++) {
                if (!wanted.get(i).equals(got.get(i)) && !near(wanted.get(i), got.get(i))) {
                    return false;
                }
            }
            return true;
        }

        private boolean near(String wanted, String got) {
            try {
                return near(Double.parseDouble(wanted), Double.parseDouble(got), tolerance);
            } catch (NumberFormatException e) {
                return false;
            }
        }

        /**
         * Whether a number differs from the wanted one by no more than {@code tolerance}, absolute or relative to what is
         * wanted: measured by what came, infinity would be near everything.
         */
        public static boolean near(double wanted, double got, double tolerance) {
            return wanted == got
                    || (Double.isFinite(wanted) && Math.abs(wanted - got) <= tolerance * Math.max(1, Math.abs(wanted)));
        }
    }

    /** The whole output without blanks at its ends; the expected text is the pattern. It has a tenth of a second. */
    record Regex(Pattern pattern) implements Match {
        @Override
        public boolean matches(String expected, String actual) {
            try {
                return pattern.matcher(new TimedText(unix(actual).strip())).matches();
            } catch (StackOverflowError e) { // of nested groups over long output
                throw new TooSlow();
            }
        }
    }

    /** A pattern took too long: the teacher's fault, and told as such. */
    final class TooSlow extends RuntimeException {
        TooSlow() {
            super("the test's pattern takes too long for this output", null, false, false);
        }
    }

    /** @throws IllegalArgumentException with what is wrong with {@code name} or, for regex, with {@code expected} */
    static Match of(String name, String expected) {
        return switch (name) {
            case "exact" -> new Exact();
            case "trim", "trimmed" -> new Trim();
            case "tokens" -> new Tokens();
            case "lines" -> new Lines();
            case "contains" -> new Contains();
            case "regex" -> regex(expected);
            case "float" -> new Floats(1e-6);
            default -> {
                if (name.startsWith("float:")) {
                    yield new Floats(tolerance(name));
                }
                throw new IllegalArgumentException("'match' is one of exact, trim, tokens, lines, contains, regex,"
                        + " float and float:1e-6, not '" + name + "'");
            }
        };
    }

    /** The number after {@code float:}. */
    static double tolerance(String name) {
        try {
            double tolerance = name.equals("float") ? 1e-6 : Double.parseDouble(name.substring("float:".length()));
            if (tolerance >= 0 && tolerance < 1e9) {
                return tolerance;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException("'" + name + "' needs a number from 0 after 'float:'");
    }

    private static Match regex(String pattern) {
        try {
            return new Regex(Pattern.compile(pattern));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'expect' is not a pattern: " + e.getDescription(), e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("'expect' is a pattern that is nested too deeply", e);
        }
    }

    private static String unix(String text) {
        return text.replace("\r\n", "\n");
    }

    private static String trimmed(String text) {
        var lines = new StringBuilder();
        unix(text).lines().forEach(line -> lines.append(line.stripTrailing()).append('\n'));
        int from = 0;
        int to = lines.length();
        while (from < to && lines.charAt(from) == '\n') {
            from++;
        }
        while (to > from && lines.charAt(to - 1) == '\n') {
            to--;
        }
        return lines.substring(from, to);
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.strip().split("\\s+")).toList();
    }
}
