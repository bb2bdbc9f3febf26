package carafe.feature.courses.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The courses that come with the program. That solutions pass and mistakes do not is tried by {@code scripts/test courses}. */
class ShippedCoursesTest {
    private static CourseReader.Reading read(String name) {
        return CourseReader.read(Path.of("data/courses", name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"python-first-steps", "agents"})
    void everyLessonHasTestsASolutionAThreeStepLadderAndATypicalMistakeWithItsHint(String name) {
        var reading = read(name);
        assertThat(reading.findings()).isEmpty();
        assertThat(reading.course().orElseThrow().lessons()).allSatisfy(lesson -> {
            assertThat(lesson.tests()).as(lesson.id()).anyMatch(TableTest::hidden);
            assertThat(lesson.tests()).as(lesson.id()).anyMatch(test -> !test.hidden());
            assertThat(lesson.code().solution()).as(lesson.id()).isNotEmpty();
            assertThat(lesson.hints()).as(lesson.id()).hasSize(3);
            assertThat(lesson.mistakes()).as(lesson.id()).isNotEmpty();
            assertThat(lesson.mistakes())
                    .as(lesson.id())
                    .allMatch(mistake -> !mistake.hint().isBlank());
            assertThat(lesson.rules().points()).as(lesson.id()).isPositive();
        });
    }

    @Test
    void pythonHasTwentyExercises() {
        assertThat(read("python-first-steps").course().orElseThrow().lessons()).hasSize(20);
    }

    /** The lessons of GET /api/v1/lessons by their numbers, in order. */
    @Test
    void theAgentCourseHasTheEighteenLessonsOfTheContract() {
        var course = read("agents").course().orElseThrow();
        assertThat(course.setup().lessons()).isTrue();
        assertThat(course.lessons().map(Lesson::id))
                .containsExactly(
                        "1", "2", "3", "4.1", "4.2", "4.3", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
                        "16");
        assertThat(course.lessons()).allMatch(lesson -> !lesson.template().isBlank());
    }
}
