package carafe.feature.courses.format;

import carafe.platform.config.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;

/**
 * The last good files of a course, beside the course: what a start serves of a folder that is broken by then. A lesson that
 * cannot be read keeps the files that it had when it could.
 */
public final class CourseCopy {
    /** Of one course; a larger one has no copy. */
    static final long MOST_BYTES = 64L << 20;

    private CourseCopy() {}

    /**
     * Makes {@code copy} like {@code course}, but for what lies in the folders {@code broken}.
     *
     * @return false when the course is too large for a copy; there is none afterwards
     */
    public static boolean keep(Path course, Path copy, Set<String> broken) throws IOException {
        var from = CourseFiles.of(course, new Findings());
        var names = new ArrayList<String>();
        long size = 0;
        for (var name : from.names()) {
            if (!isIn(broken, name)) {
                names.add(name);
                size += Files.size(from.path(name));
            }
        }
        if (size > MOST_BYTES) {
            Folders.delete(copy);
            return false;
        }
        Files.createDirectories(copy);
        var gone = new HashSet<>(CourseFiles.of(copy, new Findings()).names());
        for (var name : names) {
            gone.remove(name);
            take(from.path(name), copy.resolve(name));
        }
        for (var name : gone) {
            if (!isIn(broken, name)) {
                Files.delete(copy.resolve(name));
            }
        }
        return true;
    }

    private static boolean isIn(Set<String> folders, String name) {
        return folders.stream().anyMatch(folder -> name.equals(folder) || name.startsWith(folder + "/"));
    }

    /** A file at a time is there whole or not at all: it is copied beside its place and moved over. */
    private static void take(Path from, Path to) throws IOException {
        if (Files.isRegularFile(to)
                && Files.size(to) == Files.size(from)
                && Files.getLastModifiedTime(to).equals(Files.getLastModifiedTime(from))) {
            return;
        }
        var folder = to.getParent();
        if (folder == null) {
            throw new IOException("no folder: " + to);
        }
        if (Files.isRegularFile(folder)) {
            Files.delete(folder);
        }
        Files.createDirectories(folder);
        Folders.delete(to.resolveSibling(".new"));
        Files.copy(from, to.resolveSibling(".new"), StandardCopyOption.COPY_ATTRIBUTES);
        if (Files.isDirectory(to)) {
            Folders.delete(to);
        }
        Files.move(to.resolveSibling(".new"), to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
