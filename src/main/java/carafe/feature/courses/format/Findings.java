package carafe.feature.courses.format;

import java.util.ArrayList;
import java.util.List;

/** Collects findings while a course is read, for one thread; beyond a bound only their number matters. */
final class Findings {
    private static final int MOST = 500;

    private final List<Finding> all = new ArrayList<>();
    private int errors;

    void error(String file, int line, String message) {
        errors++;
        add(Finding.error(file, line, message));
    }

    void warning(String file, int line, String message) {
        add(Finding.warning(file, line, message));
    }

    private void add(Finding finding) {
        if (all.size() < MOST) {
            all.add(finding);
        }
    }

    /** Errors so far; a part is whole when reading it has added none. */
    int errors() {
        return errors;
    }

    List<Finding> all() {
        return List.copyOf(all);
    }
}
