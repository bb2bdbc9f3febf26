package carafe.feature.courses;

import carafe.engine.sandbox.Safety;
import carafe.feature.code.CodeSettings;
import carafe.platform.config.Config;
import java.nio.file.Path;

/**
 * What the operator decides about courses.
 *
 * @param open a class without accounts
 * @param copies where the last good version of each course is kept
 * @param samples whether the sample courses are put into a new folder
 * @param tutorModel a name, empty for the first there is, {@code off} for none
 */
public record CourseSettings(
        boolean open,
        Path folder,
        Path copies,
        boolean samples,
        String tutorModel,
        Safety.Level safety,
        int processes) {
    public static CourseSettings of(Config config) {
        var code = CodeSettings.of(config.code());
        var courses = config.courses();
        return new CourseSettings(
                code.open(),
                courses.folder(),
                config.data().folder().resolve("course-copies"),
                courses.samples(),
                courses.tutorModel(),
                code.safety(),
                code.processes());
    }
}
