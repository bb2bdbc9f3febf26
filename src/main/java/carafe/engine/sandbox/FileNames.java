package carafe.engine.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which names files beside a program may have: relative paths that stay where they are put. */
public final class FileNames {
    /** What Linux allows for one name and, less the folder it is put in, for a path. */
    private static final int LONGEST_NAME = 255;

    private static final int LONGEST_PATH = 1024;

    private FileNames() {}

    /** What is wrong with the first name that is not allowed, as {@code name: reason}; null when all are. */
    public static @Nullable String problem(Collection<String> names) {
        Set<String> files = new HashSet<>();
        for (var name : names) {
            var wrong = problem(name);
            if (wrong != null) {
                return wrong;
            }
            if (!files.add(name)) {
                return "is given twice";
            }
        }
        for (var name : names) {
            for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
                if (files.contains(name.substring(0, slash))) {
                    return "is both a file and a folder";
                }
            }
        }
        return null;
    }

    /** What is wrong with one name, to be read after it; null when nothing is. */
    public static @Nullable String problem(String name) {
        if (name.isEmpty()) {
            return "must not be empty";
        }
        if (name.startsWith("/") || name.contains("\\")) {
            return "must be a relative path with forward slashes";
        }
        if (name.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            return "must not contain control characters";
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            return "must be valid Unicode";
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            return "must be at most " + LONGEST_PATH + " bytes long";
        }
        for (var part : List.of(name.split("/", -1))) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return "must not have empty, '.' or '..' parts";
            }
            if (part.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                return "must not have parts of more than " + LONGEST_NAME + " bytes";
            }
        }
        return null;
    }
}
