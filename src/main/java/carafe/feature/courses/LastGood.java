package carafe.feature.courses;

import carafe.feature.courses.format.Course;
import carafe.feature.courses.format.CourseCopy;
import carafe.feature.courses.format.CourseReader;
import carafe.feature.courses.format.Lesson;
import carafe.platform.config.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last good version of what is broken now; over a start it is kept as copies of the files. */
final class LastGood {
    private static final Logger log = LoggerFactory.getLogger(LastGood.class);

    private final Path folder;

    /** @param folder of the copies, one below it for each course, called like the course's folder */
    LastGood(Path folder) {
        this.folder = folder;
    }

    /** The course of a folder as it was last good, before this start. */
    Optional<Course> of(String name) {
        if (!Files.isDirectory(folder.resolve(name))) {
            return Optional.empty();
        }
        var result = CourseReader.read(folder.resolve(name));
        return result.course().map(course -> whole(course, result.broken(), Optional.empty(), new HashSet<>()));
    }

    /** Keeps what is good of a course for the next start. */
    void keep(Path place, Set<String> broken) {
        try {
            if (!CourseCopy.keep(place, folder.resolve(place.getFileName()), broken)) {
                log.warn("the course is too large for a copy of its last good version folder={}", place.getFileName());
            }
        } catch (IOException e) {
            log.warn("the last good version of a course cannot be kept folder={}", place.getFileName(), e);
        }
    }

    /** Removes the copies of all courses but those in these folders. */
    void forgetAllBut(List<Path> places) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        var names = places.stream().map(Path::getFileName).collect(Collectors.toSet());
        try (var kept = Files.list(folder)) {
            for (var copy :
                    kept.filter(copy -> !names.contains(copy.getFileName())).toList()) {
                Folders.delete(copy);
            }
        } catch (IOException e) {
            log.warn("copies of courses that are gone cannot be removed", e);
        }
    }

    /** The course with the last good version of each lesson that is broken now, and without those that have none. */
    static Course whole(Course read, Set<String> broken, Optional<Course> before, Set<String> stale) {
        if (broken.isEmpty()) {
            return read;
        }
        var good = new HashMap<String, Lesson>();
        before.ifPresent(course -> course.lessons()
                .filter(lesson -> broken.contains(lesson.folder()))
                .forEach(lesson -> good.put(lesson.folder(), lesson)));
        var ids = new HashSet<String>();
        read.lessons().filter(lesson -> !broken.contains(lesson.folder())).forEach(lesson -> ids.add(lesson.id()));
        var chapters = new ArrayList<Course.Chapter>();
        for (var chapter : read.chapters()) {
            var lessons = new ArrayList<Lesson>();
            chapter.lessons().stream()
                    .filter(lesson -> !broken.contains(lesson.folder()))
                    .forEach(lessons::add);
            good.values().stream()
                    .filter(lesson -> parent(lesson.folder()).equals(chapter.folder()))
                    .filter(lesson -> ids.add(lesson.id()))
                    .forEach(lesson -> {
                        lessons.add(lesson);
                        stale.add(lesson.id());
                    });
            lessons.sort(Comparator.comparing(Lesson::folder, CourseReader.NATURAL));
            chapters.add(new Course.Chapter(chapter.id(), chapter.title(), chapter.folder(), lessons));
        }
        return read.with(chapters, CourseReader.hash(chapters));
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }
}
