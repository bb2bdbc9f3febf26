package carafe.engine.sandbox;

import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.engine.sandbox.Outcome.Finished;
import carafe.engine.sandbox.Program.Case;
import carafe.engine.sandbox.Program.SourceFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** One program of {@code src/test/sandbox} with what its header says must come of it; README.md there has the format. */
final class SuiteProgram {
    private static final Map<String, String> LANGUAGES =
            Map.of("py", "python", "js", "javascript", "mjs", "javascript", "sh", "bash", "c", "c");
    private final Path path;
    private final byte[] source;
    private final Map<String, List<String>> header = new HashMap<>();

    SuiteProgram(Path path) throws IOException {
        this.path = path;
        var text = Files.readString(path, StandardCharsets.ISO_8859_1);
        var mark = Set.of("py", "sh").contains(suffix(path)) ? "#:" : "//:";
        for (var line : text.replaceFirst("^\u00ef\u00bb\u00bf", "").split("\n")) {
            if (!line.startsWith(mark)) {
                break;
            }
            var utf8 = new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            var parts = utf8.substring(mark.length()).strip().split(":", 2);
            header.computeIfAbsent(parts[0].strip(), key -> new ArrayList<>())
                    .add(parts.length > 1 ? parts[1].strip() : "");
        }
        if (!header.containsKey("about")) {
            throw new IOException(path + " has no header");
        }
        var repeat = one("repeat", "").split(" ", 2);
        var repeated = repeat.length < 2
                ? text
                : text.replace("@@", latin1(unescape(repeat[1])).repeat(Integer.parseInt(repeat[0])));
        source = repeated.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The programs lie in folders of folders; what lies beside them drives them. */
    static boolean isOne(Path folder, Path file) {
        return Files.isRegularFile(file)
                && folder.relativize(file).getNameCount() > 2
                && LANGUAGES.containsKey(suffix(file))
                && !file.getParent().endsWith("then")
                && !file.getFileName().toString().startsWith("canary.");
    }

    private static String suffix(Path path) {
        return path.toString().replaceFirst(".*\\.", "");
    }

    String language() {
        return LANGUAGES.getOrDefault(suffix(path), "");
    }

    String one(String key, String otherwise) {
        return header.containsKey(key) ? header.get(key).getLast() : otherwise;
    }

    boolean says(String key) {
        return header.containsKey(key);
    }

    private List<String> all(String key) {
        return header.getOrDefault(key, List.of());
    }

    /** Whether it can be asked for at all: standard input is text here; drive.py sends other bytes too. */
    boolean isText() {
        return Arrays.equals(
                utf8(unescape(one("stdin", ""))).getBytes(StandardCharsets.UTF_8), unescape(one("stdin", "")));
    }

    /** The program that must run well after this one, in the same container. */
    SuiteProgram then(Path canary) throws IOException {
        return new SuiteProgram(says("then") ? path.resolveSibling(one("then", "") + "." + suffix(path)) : canary);
    }

    Program program() {
        var entry = one("entry", path.getFileName().toString());
        List<SourceFile> files = new ArrayList<>();
        files.add(new SourceFile(entry, source));
        for (var each : all("file")) {
            var parts = each.split(" = ", 2);
            files.add(new SourceFile(utf8(unescape(parts[0].strip())), unescape(parts.length > 1 ? parts[1] : "")));
        }
        var args = words(one("args", ""));
        var inputs = says("case") ? all("case") : List.of(one("stdin", ""));
        var cases = inputs.stream()
                .map(text -> new Case(utf8(unescape(text)), args))
                .toList();
        var safety = new Safety(
                Safety.Level.valueOf(one("safety", "off").toUpperCase(Locale.ROOT)),
                Set.copyOf(words(one("allowed", ""))));
        return new Program(language(), files, entry, Map.of(), cases, null, safety);
    }

    Limits limits() {
        return new Limits(
                Duration.ofMillis(number("wall-ms", 5000)),
                Duration.ofMillis(number("cpu-ms", 5000)),
                number("memory-mb", 128),
                number("processes", 64),
                number("max-output", 1 << 20));
    }

    private int number(String key, int otherwise) {
        return Integer.parseInt(one(key, Integer.toString(otherwise)));
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    /** What is wrong with the outcome; nothing when it is as the header says. */
    List<String> wrong(Outcome outcome) {
        if (says("failed")) {
            return outcome instanceof Outcome.Broken broken && broken.message().contains(one("failed", ""))
                    ? List.of()
                    : List.of("did not fail as it should: " + outcome);
        }
        if (says("violations")) {
            var found = outcome instanceof Outcome.Refused refused
                    ? refused.violations().stream()
                            .map(one -> one.line() + " " + one.rule())
                            .collect(Collectors.joining("; "))
                    : outcome.toString();
            return found.equals(one("violations", "")) ? List.of() : List.of("violations: " + found);
        }
        if (!(outcome instanceof Finished finished)) {
            return List.of("not finished but " + outcome);
        }
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < finished.results().size(); i++) {
            wrong(i, finished.results().get(i), wrong);
        }
        return wrong;
    }

    private void wrong(int number, CaseResult result, List<String> wrong) {
        expect(number, "status", result.status().name().toLowerCase(Locale.ROOT), "ok", wrong);
        expect(number, "exit", String.valueOf(result.exit()).replace("null", "none"), "any", wrong);
        expect(number, "signal", String.valueOf(result.signal()).replace("null", "none"), "any", wrong);
        texts(number, "stdout", result.stdout(), result.stdoutCut(), wrong);
        texts(number, "stderr", result.stderr(), result.stderrCut(), wrong);
        if (says("stdout-is") && !result.stdout().equals(utf8(unescape(one("stdout-is", ""))))) {
            wrong.add("case " + number + ": stdout is " + result.stdout() + result.stderr());
        }
        int size = result.stdout().getBytes(StandardCharsets.UTF_8).length;
        if (size > number("stdout-size", Integer.MAX_VALUE)) {
            wrong.add("case " + number + ": " + size + " bytes of stdout");
        }
    }

    private void expect(int number, String key, String found, String usual, List<String> wrong) {
        var wanted = one(key, usual).split(",");
        var want = wanted[wanted.length > 1 ? number : 0].strip();
        if (!want.equals("any") && !Arrays.asList(want.split("\\|")).contains(found)) {
            wrong.add("case " + number + ": " + key + " is " + found + " instead of " + want);
        }
    }

    private void texts(int number, String key, String found, boolean cut, List<String> wrong) {
        for (var each : all(key)) {
            if (!found.contains(utf8(unescape(each)))) {
                wrong.add("case " + number + ": " + key + " has no '" + each + "': " + found);
            }
        }
        for (var each : all(key + "-not")) {
            if (found.contains(utf8(unescape(each)))) {
                wrong.add("case " + number + ": " + key + " has '" + each + "'");
            }
        }
        if (!one("cut", "").equals("any") && cut != one("cut", "").equals(key)) {
            wrong.add("case " + number + ": " + key + " cut: " + cut);
        }
    }

    private static byte[] unescape(String text) {
        var bytes = new ByteArrayOutputStream();
        var source = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < source.length; i++) {
            char next = source[i] == '\\' && i + 1 < source.length ? (char) source[i + 1] : ' ';
            int at = "nt0\\".indexOf(next);
            if (at >= 0) {
                bytes.write("\n\t\0\\".charAt(at));
                i++;
            } else if (next == 'x') {
                bytes.write(Integer.parseInt(new String(source, i + 2, 2, StandardCharsets.US_ASCII), 16));
                i += 3;
            } else {
                bytes.write(source[i]);
            }
        }
        return bytes.toByteArray();
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return path.getParent().getFileName() + "/" + path.getFileName() + ": " + one("about", "");
    }
}
