package carafe.feature.courses;

import carafe.feature.courses.format.Course;
import carafe.feature.courses.format.Finding;
import carafe.feature.courses.format.Lesson;
import carafe.feature.courses.grading.Examination;
import carafe.feature.courses.grading.Examiner;
import carafe.platform.db.Db;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What running exercises with their own solutions and mistakes has shown, in table {@code exercise_check} and by the hash of
 * their content: each version is tried once, when it is saved, when a teacher asks, or when a learner needs a hint.
 */
final class Examinations implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Examinations.class);
    private static final int MOST_WAITING = 2_000;
    private static final int MOST_KNOWN = 5_000;

    private final Db db;
    private final Examiner examiner;
    private final ObjectMapper mapper;
    private final Clock clock;
    private final Map<String, Examination> known = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<Lesson> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
    private final Object one = new Object();
    private volatile boolean busy;

    Examinations(Db db, Examiner examiner, ObjectMapper mapper, Clock clock) {
        this.db = db;
        this.examiner = examiner;
        this.mapper = mapper;
        this.clock = clock;
    }

    void start() {
        worker.set(Thread.ofVirtual().name("course-check").start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    var lesson = waiting.take();
                    busy = true;
                    of(lesson);
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    log.warn("an exercise could not be checked", e);
                } finally {
                    busy = !waiting.isEmpty();
                }
            }
        }));
    }

    /** Has them tried when there is time. */
    void later(List<Lesson> lessons) {
        for (var lesson : lessons) {
            if (!waiting.offer(lesson)) {
                log.warn("too many exercises wait to be checked; left out lesson={}", lesson.id());
            }
        }
    }

    boolean isBusy() {
        return busy || !waiting.isEmpty();
    }

    /** What is known without running anything. */
    Optional<Examination> known(Lesson lesson) {
        var inMemory = known.get(key(lesson));
        if (inMemory != null) {
            return Optional.of(inMemory);
        }
        var stored = db.one(
                        "SELECT report FROM exercise_check WHERE content_hash = ?",
                        row -> row.getString("report"),
                        key(lesson))
                .map(this::read);
        stored.ifPresent(found -> keep(lesson, found));
        return stored;
    }

    /** Tries it if that has not been done. */
    Examination of(Lesson lesson) {
        var before = known(lesson);
        if (before.isPresent()) {
            return before.get();
        }
        synchronized (one) { // the second who asks for it finds it done
            return known(lesson).orElseGet(() -> {
                var fresh = examiner.examine(lesson);
                if (fresh.done()) {
                    store(lesson, fresh);
                    keep(lesson, fresh);
                }
                return fresh;
            });
        }
    }

    /** Forgets what is known of a course and has it tried again. */
    void again(Course course) {
        course.lessons().forEach(lesson -> {
            known.remove(key(lesson));
            db.update("DELETE FROM exercise_check WHERE content_hash = ?", key(lesson));
        });
        later(course.lessons().toList());
    }

    /** Of all lessons that were tried. */
    List<Finding> findings(Course course) {
        var findings = new ArrayList<Finding>();
        course.lessons().forEach(lesson -> known(lesson).ifPresent(one -> findings.addAll(one.findings())));
        return findings;
    }

    /** A folder's name is part of its findings, so the same files elsewhere are tried anew. */
    private static String key(Lesson lesson) {
        return lesson.hash() + ":" + lesson.folder();
    }

    private void keep(Lesson lesson, Examination examination) {
        if (known.size() > MOST_KNOWN) {
            known.clear(); // of versions that are long gone, mostly
        }
        known.put(key(lesson), examination);
    }

    private void store(Lesson lesson, Examination examination) {
        try {
            db.update("""
                    INSERT INTO exercise_check (content_hash, report, created_at) VALUES (?, ?, ?)
                    ON CONFLICT (content_hash) DO UPDATE SET report = excluded.report""", key(lesson), mapper.writeValueAsString(examination), clock.millis());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Examination read(String report) {
        try {
            return mapper.readValue(report, Examination.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored check is no JSON", e);
        }
    }

    @Override
    public void close() {
        var thread = worker.getAndSet(null);
        if (thread != null) {
            thread.interrupt();
        }
    }
}
