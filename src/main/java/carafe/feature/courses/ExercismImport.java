package carafe.feature.courses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a lesson of an Exercism exercise folder ({@code .docs}, {@code .meta/config.json}, stub, tests, example), as the
 * tracks' documentation describes it. Files are read below the exercise's folder only, and written to a new folder.
 */
final class ExercismImport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_BYTES = 1 << 20;

    private final Path from;
    private final Path to;

    private ExercismImport(Path from, Path to) {
        this.from = from;
        this.to = to;
    }

    /** @throws IOException telling what is missing; {@code to} must not be there yet */
    static void run(Path from, Path to) throws IOException {
        if (Files.exists(to)) {
            throw new IOException(to + " is there already");
        }
        if (!Files.isDirectory(from)) {
            throw new IOException(from + " is no folder");
        }
        new ExercismImport(from.toRealPath(), to).convert();
    }

    private void convert() throws IOException {
        var config = JSON.readTree(read(".meta/config.json"));
        var solutions = names(config, "solution");
        if (solutions.isEmpty() || names(config, "test").isEmpty()) {
            throw new IOException(".meta/config.json names no files.solution or no files.test");
        }
        var out = new LinkedHashMap<String, String>();
        out.put("README.md", readme(config, solutions.getFirst()));
        for (var name : solutions) {
            out.put("starter/" + name, read(name));
        }
        var examples = names(config, "exemplar").isEmpty() ? names(config, "example") : names(config, "exemplar");
        for (int i = 0; i < examples.size(); i++) {
            out.put("solution/" + solutions.get(Math.min(i, solutions.size() - 1)), read(examples.get(i)));
        }
        var tests = names(config, "test");
        if (tests.size() == 1 && tests.getFirst().endsWith(".py")) {
            out.put("tests/test_visible.py", read(tests.getFirst()));
        } else {
            for (var name : tests) {
                out.put("files/" + name, read(name));
            }
        }
        if (has(".docs/hints.md")) {
            out.put("hints.md", hints(read(".docs/hints.md")));
        }
        write(out);
    }

    private String readme(JsonNode config, String entry) throws IOException {
        var title = title(from.getFileName().toString());
        var head = new ArrayList<String>();
        head.add("---");
        head.add("id: " + from.getFileName().toString().toLowerCase(java.util.Locale.ROOT));
        head.add("title: " + title);
        head.add("kind: exercise");
        head.add("entry: " + entry);
        var authors = new ArrayList<String>();
        config.path("authors").forEach(author -> authors.add(author.asText()));
        if (!authors.isEmpty()) {
            head.add("authors: [" + String.join(", ", authors) + "]");
        }
        if (!config.path("blurb").asText().isBlank()) {
            head.add("blurb: \""
                    + config.path("blurb")
                            .asText()
                            .replaceAll("[\"\\r\\n]+", " ")
                            .strip() + "\"");
        }
        head.add("---");
        var text = new StringBuilder(String.join("\n", head))
                .append("\n\n# ")
                .append(title)
                .append("\n\n");
        for (var part : List.of("introduction.md", "instructions.md", "instructions.append.md")) {
            if (has(".docs/" + part)) {
                text.append(read(".docs/" + part)
                                .replaceFirst("(?s)^# [^\n]*\n", "")
                                .strip())
                        .append("\n\n");
            }
        }
        var source = config.path("source").asText();
        if (!source.isBlank()) {
            text.append("Source: ").append(source);
            var url = config.path("source_url").asText();
            text.append(url.isBlank() ? "" : " (" + url + ")").append("\n\n");
        }
        return text.append("This exercise comes from Exercism (https://exercism.org), under the MIT licence.\n")
                .toString();
    }

    private static String title(String slug) {
        var words = slug.replace('-', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /** Their hints have a heading for the whole and lists below; ours have a step for each heading. */
    private static String hints(String text) {
        var body = text.replaceFirst("(?s)^# [^\n]*\n", "").strip();
        return body.contains("## ") ? body + "\n" : "## Hint\n\n" + body + "\n";
    }

    private static List<String> names(JsonNode config, String kind) {
        var names = new ArrayList<String>();
        config.path("files").path(kind).forEach(name -> names.add(name.asText()));
        return names;
    }

    private boolean has(String name) {
        return Files.isRegularFile(from.resolve(name));
    }

    private String read(String name) throws IOException {
        var file = from.resolve(name).normalize();
        if (!file.startsWith(from)
                || !Files.isRegularFile(file)
                || !file.toRealPath().startsWith(from)) {
            throw new IOException(name + " is missing or lies outside the exercise");
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(name + " is larger than 1 MiB");
        }
        return Files.readString(file);
    }

    private void write(Map<String, String> files) throws IOException {
        try {
            files.forEach((name, text) -> {
                var target = to.resolve(name).normalize();
                try {
                    if (!target.startsWith(to.normalize())) {
                        throw new IOException(name + " would lie outside " + to);
                    }
                    Files.createDirectories(target.getParent());
                    Files.writeString(target, text);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
