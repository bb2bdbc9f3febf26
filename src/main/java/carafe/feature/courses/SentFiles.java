package carafe.feature.courses;

import carafe.engine.sandbox.FileNames;
import carafe.feature.courses.format.Lesson;
import carafe.feature.courses.grading.Grader;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A learner's files in a body: {@code files} by name, or {@code code} for the one that is run. */
final class SentFiles {
    /** Of a request with files. */
    static final long MOST_BODY = 2 << 20;

    private static final int MOST_FILES = 50;
    private static final int MOST_CHARACTERS = 512 << 10;

    private SentFiles() {}

    /** What was sent over what the exercise begins with. */
    static Map<String, String> required(Fields fields, Lesson lesson) {
        var sent = optional(fields, lesson).orElseThrow(() -> fields.missing("files"));
        var all = new TreeMap<>(lesson.code().starter());
        all.putAll(sent);
        var wrong = FileNames.problem(all.keySet());
        if (wrong != null) {
            throw new Problem.Unprocessable("A file name in 'files' " + wrong + ".", "files");
        }
        return all;
    }

    /** What was sent, or empty when nothing was. */
    static Optional<Map<String, String>> optional(Fields fields, Lesson lesson) {
        var files = fields.optionalObject("files");
        if (files.isEmpty()) {
            return fields.optionalText("code", MOST_CHARACTERS)
                    .map(code -> Map.of(lesson.code().entry(), code));
        }
        var all = new TreeMap<String, String>();
        long size = 0;
        for (var field : files.get().node().properties()) {
            var name = field.getKey();
            var wrong = FileNames.problem(name);
            if (wrong != null || Grader.isReserved(name)) {
                throw new Problem.Unprocessable(
                        "A file name in 'files' " + (wrong == null ? "is taken by the tests" : wrong) + ".",
                        "files." + name);
            }
            if (!field.getValue().isTextual()) {
                throw new Problem.Unprocessable(
                        "'files." + name + "' must be a string.", "files." + name, Problem.Mistake.TYPE);
            }
            size += field.getValue().textValue().length();
            all.put(name, field.getValue().textValue());
        }
        if (all.size() > MOST_FILES || size > MOST_CHARACTERS) {
            throw new Problem.Unprocessable(
                    "'files' holds more than " + MOST_FILES + " files or " + (MOST_CHARACTERS >> 10)
                            + " thousand characters.",
                    "files");
        }
        return Optional.of(all);
    }
}
