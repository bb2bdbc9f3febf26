package carafe.feature.courses;

import carafe.feature.courses.format.Course;
import carafe.feature.courses.format.Finding;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A course as it is served.
 *
 * @param id of the course, or its folder's name when it could never be read
 * @param course its last good version
 * @param stale ids of lessons whose newest version is broken, and of which the one before is served
 * @param fingerprint of its folder when it was read
 */
record Shelved(
        String id,
        Optional<Course> course,
        List<Finding> findings,
        Set<String> stale,
        Path folder,
        String fingerprint,
        Instant readAt) {
    Shelved {
        findings = List.copyOf(findings);
        stale = Set.copyOf(stale);
    }

    Shelved with(List<Finding> others) {
        return new Shelved(id, course, others, stale, folder, fingerprint, readAt);
    }
}
