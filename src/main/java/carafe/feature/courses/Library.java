package carafe.feature.courses;

import carafe.feature.courses.format.Course;
import carafe.feature.courses.format.CourseReader;
import carafe.feature.courses.format.Lesson;
import carafe.platform.config.ShippedFolder;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The courses of a folder, in memory. Every two seconds it looks for changed files and reads the courses that have some; a
 * lesson that a save has broken stays as it was before, and the teacher sees why.
 */
final class Library implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Library.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    /** A start has more urgent things to do, unless somebody asks. */
    private static final Duration BEGIN_AFTER = Duration.ofSeconds(3);

    private static final int MOST_COURSES = 200;
    private static final int MOST_FILES = 20_000;

    private final Path folder;
    private final LastGood copies;
    private final boolean samples;
    private final Consumer<List<Lesson>> saved;
    private final Clock clock;
    private final CountDownLatch wanted = new CountDownLatch(1);
    private final CountDownLatch firstLook = new CountDownLatch(1);
    private final Object reading = new Object();
    private final AtomicReference<@Nullable Thread> watcher = new AtomicReference<>();
    private final CourseIds ids = new CourseIds(); // only for who holds the lock
    private volatile Map<String, Shelved> shelf = Map.of();

    /**
     * @param copies where the last good files of each course are kept, by its folder's name, for the next start
     * @param saved is told which lessons have changed since they were read before
     */
    Library(Path folder, Path copies, boolean samples, Consumer<List<Lesson>> saved, Clock clock) {
        this.folder = folder;
        this.copies = new LastGood(copies);
        this.samples = samples;
        this.saved = saved;
        this.clock = clock;
    }

    /** Reads the folder in the background; whoever asks before the first look is done waits for it. */
    void start() {
        watcher.set(Thread.ofVirtual().name("courses").start(() -> {
            if (!begin()) {
                return;
            }
            if (samples) {
                ShippedFolder.unpack("courses", folder);
            }
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    look();
                } catch (RuntimeException e) {
                    log.warn("the courses could not be read", e);
                }
                firstLook.countDown();
                try {
                    Thread.sleep(EVERY);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }));
    }

    /** Waits for somebody who asks, or a moment; false when it was closed meanwhile. */
    private boolean begin() {
        try {
            if (!wanted.await(BEGIN_AFTER.toMillis(), TimeUnit.MILLISECONDS)) {
                log.debug("reading the courses before anybody asks");
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** All that can be served, in the order of their ids, and those that cannot. */
    List<Shelved> all() {
        awaitFirstLook();
        return List.copyOf(shelf.values());
    }

    Optional<Course> course(String id) {
        awaitFirstLook();
        return Optional.ofNullable(shelf.get(id)).flatMap(Shelved::course);
    }

    Optional<Shelved> shelved(String id) {
        awaitFirstLook();
        return Optional.ofNullable(shelf.get(id));
    }

    /** The course of the addresses that know of lessons only: the one that says so, else the first. */
    Optional<Course> lessonCourse() {
        var courses = all().stream().flatMap(one -> one.course().stream()).toList();
        return courses.stream()
                .filter(course -> course.setup().lessons())
                .findFirst()
                .or(() -> courses.stream().findFirst());
    }

    private void awaitFirstLook() {
        wanted.countDown();
        try {
            if (!firstLook.await(20, TimeUnit.SECONDS)) {
                log.warn("answering before the courses are read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes over what the files say now. */
    void look() {
        wanted.countDown();
        synchronized (reading) {
            var before = shelf.values().stream().collect(Collectors.toMap(one -> one.folder(), one -> one));
            var fresh = new ArrayList<Shelved>();
            var changed = new ArrayList<Lesson>();
            var places = folders();
            if (!places.isEmpty() && !before.keySet().equals(Set.copyOf(places))) {
                copies.forgetAllBut(places);
            }
            var prints = new LinkedHashMap<Path, String>();
            places.forEach(place -> prints.put(place, fingerprint(place)));
            var old = before.values().stream().collect(Collectors.toMap(Shelved::folder, Shelved::fingerprint));
            boolean moved = !old.equals(prints);
            prints.forEach((place, fingerprint) -> {
                var known = before.get(place);
                if (known != null
                        && known.fingerprint().equals(fingerprint)
                        && !(moved && ids.clashed(place))) { // an id that was taken may be free now
                    fresh.add(known);
                } else {
                    var read = read(place, fingerprint, known);
                    fresh.add(read);
                    changed.addAll(changes(known, read));
                }
            });
            shelf = ids.distinct(fresh, before);
            if (!changed.isEmpty()) {
                saved.accept(changed);
            }
        }
    }

    private List<Path> folders() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var inside = Files.list(folder)) {
            return inside.filter(Files::isDirectory)
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .limit(MOST_COURSES)
                    .toList();
        } catch (IOException e) {
            log.warn("the folder of courses cannot be listed", e);
            return List.of();
        }
    }

    private Shelved read(Path place, String fingerprint, @Nullable Shelved known) {
        var result = CourseReader.read(place);
        var name = place.getFileName().toString();
        var stale = new HashSet<String>();
        var before = known == null ? Optional.<Course>empty() : known.course();
        if (before.isEmpty() && (result.course().isEmpty() || !result.broken().isEmpty())) {
            before = copies.of(name);
        }
        var served = before;
        var course = result.course().map(read -> LastGood.whole(read, result.broken(), served, stale));
        if (course.isEmpty() && served.isPresent()) {
            course = served;
            served.get().lessons().forEach(lesson -> stale.add(lesson.id()));
        }
        if (result.course().isPresent()) {
            copies.keep(place, result.broken());
        }
        log.info(
                "course read folder={} lessons={} findings={}",
                name,
                course.map(one -> one.lessons().count()).orElse(0L),
                result.findings().size());
        return new Shelved(
                course.map(Course::id).orElse(name),
                course,
                result.findings(),
                stale,
                place,
                fingerprint,
                clock.instant());
    }

    private static List<Lesson> changes(@Nullable Shelved known, Shelved read) {
        if (known == null || known.course().isEmpty() || read.course().isEmpty()) {
            return List.of();
        }
        var hashes = known.course().get().lessons().map(Lesson::hash).collect(Collectors.toSet());
        return read.course()
                .get()
                .lessons()
                .filter(lesson -> !hashes.contains(lesson.hash()))
                .toList();
    }

    /** Names, sizes and times of all files; it changes with every save. */
    private static String fingerprint(Path place) {
        var state = new long[] {7, 0};
        try {
            Files.walkFileTree(place, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path inside, BasicFileAttributes attributes) {
                    var name = inside.getFileName().toString();
                    return !inside.equals(place) && (name.startsWith(".git") || name.equals("__pycache__"))
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    // a sum, since the order of a folder's entries may change by itself
                    state[0] += Objects.hash(file.toString(), attributes.size(), attributes.lastModifiedTime())
                            * 0x9E3779B97F4A7C15L;
                    return ++state[1] > MOST_FILES ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    state[0] += file.hashCode();
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            return "unreadable " + e.getMessage();
        }
        return state[0] + "/" + state[1];
    }

    @Override
    public void close() {
        var thread = watcher.getAndSet(null);
        if (thread != null) {
            thread.interrupt();
        }
    }
}
