package carafe.feature.courses.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes courses for tests. */
public record CourseFolder(Path root) {
    /** A course with the exercise {@code double}: two visible tests, two hidden ones, hints and a mistake. */
    public static CourseFolder demo(Path root) {
        return new CourseFolder(root)
                .file("course.json", "{\"title\": \"Demo\", \"lessons\": true}")
                .file("01-basics/01-welcome/README.md", "# Welcome\n\nHello.\n")
                .exercise("01-basics/02-double", "title: Double\npoints: 2\n");
    }

    public CourseFolder exercise(String folder, String head) {
        return file(folder + "/README.md", "---\n" + head + "---\nWrite `double(n)`, which gives twice n.\n")
                .file(folder + "/starter/main.py", "def double(n):\n    pass\n")
                .file(folder + "/solution/main.py", "def double(n):\n    return n * 2\n")
                .file(folder + "/tests/visible.json", """
                        {"tests": [
                          {"name": "two", "call": "double(2)", "returns": 4},
                          {"name": "text", "call": "double('ab')", "returns": "abab", "message": "It works for text, too."}
                        ]}
                        """)
                .file(folder + "/tests/hidden.json", """
                        {"tests": [
                          {"name": "secret seven", "call": "double(7123)", "returns": 14246},
                          {"name": "secret none", "call": "double(None)", "raises": "TypeError"}
                        ]}
                        """)
                .file(folder + "/hints.md", "## Look\nWhat does `*` do?\n\n## Closer\nMultiply by two.\n")
                .file(folder + "/mistakes/adds/main.py", "def double(n):\n    return n + 2\n")
                .file(folder + "/mistakes/adds/hint.md", "You add two instead of multiplying.\n");
    }

    public CourseFolder file(String name, String text) {
        var file = root.resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }
}
