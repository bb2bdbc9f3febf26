package carafe.feature.courses;

import carafe.feature.courses.format.Course;
import carafe.feature.courses.format.Finding;
import carafe.feature.courses.format.Lesson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Sees to it that an id belongs to one folder. Not for several threads at once. */
final class CourseIds {
    private final Set<Path> clashing = new HashSet<>();

    /** Whether the course of this folder had an id that was another's when it was read. */
    boolean clashed(Path folder) {
        return clashing.contains(folder);
    }

    /** By id. Of two with the same id the one that had it before keeps it, and the other stays what it was. */
    Map<String, Shelved> distinct(List<Shelved> all, Map<Path, Shelved> before) {
        var owners = new HashMap<String, Shelved>();
        all.stream().filter(one -> hadItsId(one, before)).forEach(one -> owners.putIfAbsent(one.id(), one));
        all.stream().filter(one -> one.course().isPresent()).forEach(one -> owners.putIfAbsent(one.id(), one));
        all.forEach(one -> owners.putIfAbsent(one.id(), one));
        var shelf = new LinkedHashMap<String, Shelved>();
        for (var one : all) {
            var owner = Objects.requireNonNull(owners.get(one.id()));
            if (owner.folder().equals(one.folder())) {
                shelf.put(one.id(), one);
                if (!one.equals(before.get(one.folder()))) {
                    clashing.remove(one.folder()); // read anew, and it is alone with its id
                }
            } else {
                clashing.add(one.folder());
                var kept = Optional.ofNullable(before.get(one.folder()))
                        .flatMap(Shelved::course)
                        .filter(course -> !owners.containsKey(course.id()));
                var other = clash(one, kept, owner, owners.keySet());
                shelf.put(other.id(), other);
            }
        }
        clashing.retainAll(all.stream().map(Shelved::folder).toList());
        return shelf;
    }

    private static boolean hadItsId(Shelved one, Map<Path, Shelved> before) {
        return one.course().isPresent()
                && Optional.ofNullable(before.get(one.folder()))
                        .flatMap(Shelved::course)
                        .filter(course -> course.id().equals(one.id()))
                        .isPresent();
    }

    private static Shelved clash(Shelved one, Optional<Course> kept, Shelved owner, Set<String> taken) {
        var findings = new ArrayList<>(one.findings());
        findings.add(Finding.error(
                "course.json",
                0,
                "the id '" + one.id() + "' is that of the folder "
                        + owner.folder().getFileName()));
        var name = one.folder().getFileName().toString();
        return new Shelved(
                kept.map(Course::id).orElse(taken.contains(name) ? "folder:" + name : name),
                kept,
                findings,
                kept.stream().flatMap(Course::lessons).map(Lesson::id).collect(Collectors.toSet()),
                one.folder(),
                one.fingerprint(),
                one.readAt());
    }
}
