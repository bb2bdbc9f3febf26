package carafe.feature.code;

import carafe.engine.sandbox.FileNames;
import carafe.engine.sandbox.Program.SourceFile;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The files of a program, from {@code code}, {@code files} and {@code entrypoint}: {@code code} alone becomes the
 * language's usual file; beside {@code files} it becomes the entry point.
 */
record SourceFiles(List<SourceFile> files, String entry, String snippet) {
    /** Characters of {@code code}, as the course contract has it. */
    static final int MOST_CODE = 10_000;

    static final int MOST_FILES = 64;
    static final int MOST_BYTES = 2 << 20;
    private static final int MOST_NAME = 1_024;
    private static final int MOST_DEPTH = 8;
    private static final int SNIPPET = 500;

    static SourceFiles read(Fields fields, String usualEntry) {
        var code = fields.optionalText("code", Integer.MAX_VALUE).orElse(null);
        if (code != null) {
            checkCode(code);
        }
        var files = new ArrayList<SourceFile>();
        var names = new HashSet<String>();
        fields.optionalArray("files").ifPresent(list -> {
            if (list.size() > MOST_FILES) {
                throw new Problem.Unprocessable("'files' holds more than " + MOST_FILES + " files.", "files");
            }
            for (int i = 0; i < list.size(); i++) {
                files.add(file(list.get(i), "files[" + i + "]", names));
            }
        });
        if (code == null && files.isEmpty()) {
            throw fields.has("files")
                    ? new Problem.Unprocessable("'files' must hold at least one file.", "files")
                    : fields.missing("code");
        }
        var entry = fields.optionalText("entrypoint", MOST_NAME).orElse("");
        if (code != null) {
            entry = entry.isEmpty() ? usualEntry : entry;
            checkName(entry, "entrypoint", names);
            files.addFirst(new SourceFile(entry, code.getBytes(StandardCharsets.UTF_8)));
        } else {
            entry = entry(entry, usualEntry, names);
        }
        long bytes = files.stream().mapToLong(file -> file.content().length).sum();
        if (bytes > MOST_BYTES) {
            throw new Problem.Unprocessable("All files together are larger than " + MOST_BYTES + " bytes.", "files");
        }
        return new SourceFiles(files, entry, snippet(files, entry));
    }

    private static void checkCode(String code) {
        if (code.isEmpty()) {
            throw new Problem.Unprocessable("'code' must not be empty.", "code");
        }
        int length = code.codePointCount(0, code.length());
        if (length > MOST_CODE) {
            throw new Problem.Course(
                    CourseCode.VALIDATION_ERROR,
                    "'code' is longer than " + MOST_CODE + " characters; larger programs travel in 'files'.",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("code_length", length)
                            .put("max_length", MOST_CODE),
                    "code",
                    null);
        }
        Texts.checkUnicode(code, "code");
    }

    private static SourceFile file(JsonNode node, String at, Set<String> names) {
        if (!(node instanceof ObjectNode object)) {
            throw new Problem.Unprocessable("'" + at + "' must be an object.", at, Problem.Mistake.TYPE);
        }
        var fields = new Fields(object, at + ".");
        var name = fields.text("name", MOST_NAME);
        checkName(name, at + ".name", names);
        var content = fields.optionalText("content", Integer.MAX_VALUE).orElseThrow(() -> fields.missing("content"));
        var encoding = fields.optionalText("encoding", 20).orElse("utf8");
        return new SourceFile(
                name,
                switch (encoding) {
                    case "utf8", "utf-8" -> {
                        Texts.checkUnicode(content, at + ".content");
                        yield content.getBytes(StandardCharsets.UTF_8);
                    }
                    case "base64" -> decoded(content, at + ".content");
                    default ->
                        throw new Problem.Unprocessable(
                                "'" + at + ".encoding' must be utf8 or base64.", at + ".encoding");
                });
    }

    private static byte[] decoded(String content, String at) {
        try {
            return Base64.getDecoder().decode(content);
        } catch (IllegalArgumentException e) {
            throw new Problem.Unprocessable("'" + at + "' is not valid base64.", at);
        }
    }

    /** A relative path of plain segments that collides with none of {@code names}, which it joins. */
    private static void checkName(String name, String at, Set<String> names) {
        var fault = FileNames.problem(name);
        if (fault != null) {
            throw new Problem.Unprocessable("'" + at + "' " + fault + ".", at);
        }
        if (name.chars().filter(c -> c == '/').count() >= MOST_DEPTH) {
            throw new Problem.Unprocessable("'" + at + "' is deeper than " + MOST_DEPTH + " folders.", at);
        }
        for (var other : names) {
            if (other.equals(name)) {
                throw new Problem.Unprocessable("'" + at + "' names a file that is there already.", at);
            }
            if (other.startsWith(name + "/") || name.startsWith(other + "/")) {
                throw new Problem.Unprocessable(
                        "'" + at + "' and another file cannot be a file and a folder of the same name.", at);
            }
        }
        names.add(name);
    }

    private static String entry(String wanted, String usual, Set<String> names) {
        if (!wanted.isEmpty()) {
            if (names.contains(wanted)) {
                return wanted;
            }
            throw new Problem.Unprocessable("'entrypoint' is none of the files.", "entrypoint");
        }
        if (names.contains(usual)) {
            return usual;
        }
        if (names.size() == 1) {
            return names.iterator().next();
        }
        throw new Problem.Unprocessable(
                "'entrypoint' is required: none of the files is called " + usual + ".",
                "entrypoint",
                Problem.Mistake.MISSING);
    }

    private static String snippet(List<SourceFile> files, String entry) {
        for (var file : files) {
            if (file.name().equals(entry)) {
                var text = new String(file.content(), StandardCharsets.UTF_8);
                return text.codePointCount(0, text.length()) <= SNIPPET
                        ? text
                        : text.substring(0, text.offsetByCodePoints(0, SNIPPET));
            }
        }
        throw new IllegalStateException("the entry is one of the files");
    }
}
