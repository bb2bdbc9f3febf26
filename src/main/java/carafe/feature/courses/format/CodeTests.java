package carafe.feature.courses.format;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Python files of tests, as far as they can be known without running them. */
public final class CodeTests {
    private static final Pattern TEST = Pattern.compile("(?m)^\\s*(?:async\\s+)?def\\s+(test\\w*)\\s*\\(");

    private CodeTests() {}

    /** Names of the test functions and methods. */
    public static Set<String> names(String source) {
        var names = new TreeSet<String>();
        TEST.matcher(source).results().forEach(found -> names.add(found.group(1)));
        return names;
    }
}
