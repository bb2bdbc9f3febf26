package carafe.feature.courses.format;

import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A course as its folder says. */
public record Course(
        String id, String title, String description, String version, Setup setup, List<Chapter> chapters, String hash) {
    /**
     * @param lessons whether this is the course of the addresses that know of lessons only
     * @param zone of its deadlines
     * @param hints questions to the tutor for each learner and exercise
     */
    public record Setup(
            String language,
            List<String> authors,
            ZoneId zone,
            boolean lessons,
            boolean tutor,
            int hints,
            boolean tutorMayShowCode) {
        public Setup {
            authors = List.copyOf(authors);
        }
    }

    /** Lessons that belong together; {@code folder} is empty for those that lie in the course's own folder. */
    public record Chapter(String id, String title, String folder, List<Lesson> lessons) {
        public Chapter {
            lessons = List.copyOf(lessons);
        }
    }

    public Course {
        chapters = List.copyOf(chapters);
    }

    /** All of them in their order. */
    public Stream<Lesson> lessons() {
        return chapters.stream().flatMap(chapter -> chapter.lessons().stream());
    }

    public Optional<Lesson> lesson(String lessonId) {
        return lessons().filter(lesson -> lesson.id().equals(lessonId)).findFirst();
    }

    /** The same with other chapters. */
    public Course with(List<Chapter> others, String newHash) {
        return new Course(id, title, description, version, setup, others, newHash);
    }
}
