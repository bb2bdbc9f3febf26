package carafe.feature.courses.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of one course by their names relative to its folder, in natural order ("2-x" before "10-y"). Nothing outside
 * the folder is ever opened, nothing that is no plain file, and no more of one than a bound.
 */
final class CourseFiles {
    /** Of one file. */
    static final int MOST_BYTES = 1 << 20;

    private static final int MOST_FILES = 5_000;
    private static final int MOST_DEPTH = 8;
    private static final Set<String> LEFT_OUT = Set.of("__pycache__", "node_modules", "target");

    private final Path root;
    private final SortedMap<String, Path> files = new TreeMap<>(NATURAL);
    private final Set<String> refused = new HashSet<>();
    private final Findings findings;

    /** Numbers within names count as numbers. */
    static final Comparator<String> NATURAL = CourseFiles::natural;

    private CourseFiles(Path root, Findings findings) {
        this.root = root;
        this.findings = findings;
    }

    static CourseFiles of(Path folder, Findings findings) throws IOException {
        var files = new CourseFiles(folder.toRealPath(), findings);
        files.collect();
        return files;
    }

    /** Names of all files. */
    Set<String> names() {
        return Collections.unmodifiableSet(files.keySet());
    }

    boolean has(String name) {
        return files.containsKey(name);
    }

    /** Where a file is. */
    Path path(String name) {
        return Objects.requireNonNull(files.get(name), name);
    }

    /** What is there and was left out for its kind, size or place; a lesson it lies in is not whole. */
    Set<String> refused() {
        return Collections.unmodifiableSet(refused);
    }

    /** Names of the files below {@code folder} (without a slash at its end), relative to it. */
    List<String> below(String folder) {
        var prefix = folder.isEmpty() ? "" : folder + "/";
        return files.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    /** Names of the folders directly below {@code folder} that hold files. */
    List<String> folders(String folder) {
        return below(folder).stream()
                .filter(name -> name.contains("/"))
                .map(name -> name.substring(0, name.indexOf('/')))
                .distinct()
                .toList();
    }

    /** The text of a file; empty and a finding when it is not there, too large or not UTF-8. */
    Optional<String> text(String name) {
        return bytes(name).flatMap(bytes -> {
            try {
                var text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
                return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
            } catch (CharacterCodingException e) {
                findings.error(name, lineOf(bytes), "is not UTF-8 text");
                return Optional.empty();
            }
        });
    }

    /** The bytes of a file; empty and a finding when it is not there or too large. */
    Optional<byte[]> bytes(String name) {
        var path = files.get(name);
        if (path == null) {
            if (!refused.contains(name)) { // that was told
                findings.error(name, 0, "is missing");
            }
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(path)) {
            var bytes = in.readNBytes(MOST_BYTES + 1); // it may have grown since it was listed
            if (bytes.length > MOST_BYTES) {
                findings.error(name, 0, tooLarge());
                return Optional.empty();
            }
            return Optional.of(bytes);
        } catch (IOException e) {
            findings.error(name, 0, "cannot be read: " + e.getClass().getSimpleName());
            return Optional.empty();
        }
    }

    private static String tooLarge() {
        return "is larger than " + (MOST_BYTES >> 20) + " MiB";
    }

    /** The line of the first byte that is no UTF-8. */
    private static int lineOf(byte[] bytes) {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var in = ByteBuffer.wrap(bytes);
        var out = java.nio.CharBuffer.allocate(bytes.length + 1);
        var _ = decoder.decode(in, out, true);
        int line = 1;
        for (int i = 0; i < in.position(); i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return line;
    }

    private void collect() throws IOException {
        Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MOST_DEPTH, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                var name = name(folder);
                if (folder.equals(root)) {
                    return FileVisitResult.CONTINUE;
                }
                return isLeftOut(folder) || leadsOutside(folder, name)
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                var name = name(file);
                if (isLeftOut(file) || leadsOutside(file, name)) {
                    return FileVisitResult.CONTINUE;
                }
                if (attributes.isDirectory()) {
                    refuse(name, "lies too deep");
                } else if (!attributes.isRegularFile()) {
                    refuse(name, "is neither a file nor a folder");
                } else if (attributes.size() > MOST_BYTES) {
                    refuse(name, tooLarge());
                } else if (files.size() >= MOST_FILES) {
                    refuse(name, "is one of more than " + MOST_FILES + " files; the rest is left out");
                    return FileVisitResult.TERMINATE;
                } else {
                    files.put(name, file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                refuse(name(file), "cannot be read: " + e.getClass().getSimpleName());
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void refuse(String name, String why) {
        refused.add(name);
        findings.error(name, 0, why);
    }

    private String name(Path path) {
        return root.relativize(path).toString().replace('\\', '/');
    }

    private static boolean isLeftOut(Path path) {
        var name = path.getFileName().toString();
        return (name.startsWith(".") && !name.equals(".gitkeep") && !name.equals(".docs") && !name.equals(".meta"))
                || LEFT_OUT.contains(name)
                || name.endsWith("~")
                || name.endsWith(".pyc");
    }

    private boolean leadsOutside(Path path, String name) throws IOException {
        if (!Files.isSymbolicLink(path) || path.toRealPath().startsWith(root)) {
            return false;
        }
        refuse(name, "is a link that leads outside the course");
        return true;
    }

    private static int natural(String left, String right) {
        int i = 0;
        int j = 0;
        while (i < left.length() && j < right.length()) {
            char a = left.charAt(i);
            char b = right.charAt(j);
            if (isDigit(a) && isDigit(b)) {
                int endLeft = endOfNumber(left, i);
                int endRight = endOfNumber(right, j);
                int order = compareNumbers(left, i, endLeft, right, j, endRight);
                if (order != 0) {
                    return order;
                }
                i = endLeft;
                j = endRight;
            } else if (a != b) {
                return Character.compare(a, b);
            } else {
                i++;
                j++;
            }
        }
        int rest = (left.length() - i) - (right.length() - j);
        return rest == 0 ? left.compareTo(right) : rest;
    }

    /** Compares digits as numbers of any length; zeros at the front do not count. */
    private static int compareNumbers(String left, int i, int endLeft, String right, int j, int endRight) {
        int a = skipZeros(left, i, endLeft);
        int b = skipZeros(right, j, endRight);
        int order = Integer.compare(endLeft - a, endRight - b);
        for (; order == 0 && a < endLeft; a++, b++) {
            order = Character.compare(left.charAt(a), right.charAt(b));
        }
        return order;
    }

    private static int skipZeros(String text, int from, int end) {
        int at = from;
        while (at < end - 1 && text.charAt(at) == '0') {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int endOfNumber(String text, int from) {
        int end = from;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
