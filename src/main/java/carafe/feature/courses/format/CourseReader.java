package carafe.feature.courses.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a course's folder. It never fails as a whole for a fault in a part: what is wrong is left out and told. */
public final class CourseReader {
    /**
     * @param course empty when its course.json cannot be used
     * @param broken folders of lessons that are there and could not be read without errors, and chapter.json files
     */
    public record Reading(Optional<Course> course, List<Finding> findings, Set<String> broken) {
        public Reading {
            findings = List.copyOf(findings);
            broken = Set.copyOf(broken);
        }
    }

    /** What a chapter says for its lessons. */
    record Defaults(Optional<Instant> opens, Optional<Instant> due) {}

    /** The order of folders: numbers within names count as numbers. */
    public static final Comparator<String> NATURAL = CourseFiles.NATURAL;

    static final int MOST_LESSONS = 1_000;

    private static final String COURSE = "course.json";
    private static final String README = "README.md";
    private static final Set<String> KEYS = Set.of(
            "id",
            "title",
            "language",
            "description",
            "version",
            "authors",
            "image",
            "timezone",
            "lessons",
            "ai",
            "chapters",
            "licence",
            "license",
            "late_policy");
    private static final Set<String> TUTOR_KEYS = Set.of("enabled", "hints_per_exercise", "may_show_code");
    /** Words of the API's addresses. */
    private static final Set<String> RESERVED = Set.of("key", "reload");

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

    private final CourseFiles files;
    private final Findings findings;
    private final Set<String> broken = new HashSet<>();

    private CourseReader(CourseFiles files, Findings findings) {
        this.files = files;
        this.findings = findings;
    }

    /** Reads {@code folder}, whose name is the course's usual id. */
    public static Reading read(Path folder) {
        var findings = new Findings();
        try {
            var reader = new CourseReader(CourseFiles.of(folder, findings), findings);
            var course = reader.course(folder.toRealPath().getFileName().toString());
            return new Reading(course, findings.all(), reader.broken);
        } catch (IOException e) {
            findings.error("", 0, "the folder cannot be read: " + e);
            return new Reading(Optional.empty(), findings.all(), Set.of());
        }
    }

    private Optional<Course> course(String folderName) {
        if (files.refused().contains(COURSE)) {
            return Optional.empty();
        }
        if (!files.has(COURSE)) {
            boolean yaml = files.has("course.yml") || files.has("course.yaml");
            findings.error(COURSE, 0, yaml ? "is missing; YAML is not read, write it as JSON" : "is missing");
            return Optional.empty();
        }
        var json = json(COURSE);
        if (json == null) {
            return Optional.empty();
        }
        var root = json.root();
        int before = findings.errors();
        known(json, COURSE, root, KEYS);
        var id = text(json, COURSE, root, "id", folderName);
        if (!ID.matcher(id).matches() || RESERVED.contains(id)) {
            findings.error(
                    COURSE, json.line(root.path("id")), "'id' must be 1 to 64 small letters, digits, - and _: " + id);
            return Optional.empty();
        }
        var setup = setup(json, root);
        if (findings.errors() > before) {
            return Optional.empty(); // with another zone or language than was meant, deadlines and runs would be wrong
        }
        var chapters = chapters(json, root, setup);
        findDoubles(chapters);
        var links = new Links(files, findings);
        chapters.forEach(chapter ->
                chapter.lessons().forEach(lesson -> links.check(lesson.folder(), lesson.folder() + "/" + README)));
        return Optional.of(new Course(
                id,
                text(json, COURSE, root, "title", id),
                text(json, COURSE, root, "description", ""),
                text(json, COURSE, root, "version", ""),
                setup,
                chapters,
                hash(chapters)));
    }

    private @Nullable LocatedJson json(String file) {
        try {
            var text = files.text(file);
            return text.isEmpty() ? null : LocatedJson.parse(text.get());
        } catch (LocatedJson.Broken e) {
            findings.error(file, e.line, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private Course.Setup setup(LocatedJson json, ObjectNode root) {
        var authors = new ArrayList<String>();
        root.path("authors").forEach(author -> authors.add(author.asText()));
        var tutor = root.path("ai");
        if (tutor instanceof ObjectNode object) {
            known(json, COURSE, object, TUTOR_KEYS);
        }
        return new Course.Setup(
                text(json, COURSE, root, "language", "python"),
                authors,
                zone(json, root),
                root.path("lessons").asBoolean(false),
                tutor.path("enabled").asBoolean(true),
                Math.clamp(tutor.path("hints_per_exercise").asInt(3), 0, 100),
                tutor.path("may_show_code").asBoolean(false));
    }

    private ZoneId zone(LocatedJson json, ObjectNode root) {
        try {
            return ZoneId.of(text(json, COURSE, root, "timezone", "UTC"));
        } catch (DateTimeException e) {
            findings.error(COURSE, json.line(root.path("timezone")), "'timezone' is not one, such as Europe/Berlin");
            return ZoneId.of("UTC");
        }
    }

    private String text(LocatedJson json, String file, ObjectNode node, String key, String fallback) {
        var value = node.get(key);
        if (value == null || value.isNull()) {
            return fallback;
        }
        if (!value.isTextual() || value.textValue().length() > 20_000) {
            findings.error(file, json.line(value), "'" + key + "' must be a text");
            return fallback;
        }
        return value.textValue().isBlank() ? fallback : value.textValue();
    }

    private void known(LocatedJson json, String file, ObjectNode node, Set<String> keys) {
        for (var field : node.properties()) {
            if (!keys.contains(field.getKey())) {
                findings.warning(file, json.line(field.getValue()), "'" + field.getKey() + "' means nothing here");
            }
        }
    }

    private List<Course.Chapter> chapters(LocatedJson json, ObjectNode root, Course.Setup setup) {
        var chapters = new ArrayList<Course.Chapter>();
        var loose = new ArrayList<Lesson>();
        int count = 0;
        for (var folder : order(json, root)) {
            if (isLesson(folder)) {
                lesson(folder, setup, new Defaults(Optional.empty(), Optional.empty()))
                        .ifPresent(loose::add);
                count++;
                continue;
            }
            var inside = files.folders(folder).stream()
                    .map(name -> folder + "/" + name)
                    .filter(this::isLesson)
                    .toList();
            count += inside.size();
            if (count > MOST_LESSONS) {
                findings.error(
                        folder, 0, "the course has more than " + MOST_LESSONS + " lessons; the rest is left out");
                break;
            }
            if (!inside.isEmpty()) {
                chapters.add(chapter(folder, inside, setup));
            } else if (!folder.equals("images")) {
                findings.warning(folder, 0, "is no lesson (it has no README.md) and holds none");
            }
        }
        if (!loose.isEmpty()) {
            chapters.addFirst(new Course.Chapter("", "", "", loose));
        }
        return chapters;
    }

    /** The folders of the course: those that course.json names first, in its order. */
    private List<String> order(LocatedJson json, ObjectNode root) {
        var there = files.folders("");
        var named = new ArrayList<String>();
        for (var name : root.path("chapters")) {
            if (there.contains(name.asText())) {
                named.add(name.asText());
            } else {
                findings.error(COURSE, json.line(name), "there is no folder '" + name.asText() + "'");
            }
        }
        there.stream().filter(name -> !named.contains(name)).forEach(named::add);
        return named;
    }

    private boolean isLesson(String folder) {
        var readme = folder + "/" + README;
        return files.has(readme) || files.refused().contains(readme);
    }

    private Course.Chapter chapter(String folder, List<String> inside, Course.Setup setup) {
        var file = folder + "/chapter.json";
        var id = plainName(folder);
        var title = Character.toUpperCase(id.charAt(0)) + id.substring(1).replace('-', ' ');
        var defaults = new Defaults(Optional.empty(), Optional.empty());
        int before = findings.errors();
        var json = files.has(file) ? json(file) : null;
        if (json != null) {
            known(json, file, json.root(), Set.of("id", "title", "opens", "due"));
            title = text(json, file, json.root(), "title", title);
            defaults = new Defaults(
                    moment(json, file, "opens", setup.zone(), false), moment(json, file, "due", setup.zone(), true));
        }
        if (findings.errors() > before || files.refused().contains(file)) {
            broken.add(file); // without what it says of their time the lessons would open early or never end
            broken.addAll(inside);
        }
        var lessons = new ArrayList<Lesson>();
        for (var lessonFolder : inside) {
            lesson(lessonFolder, setup, defaults).ifPresent(lessons::add);
        }
        return new Course.Chapter(id, title, folder, lessons);
    }

    private Optional<Instant> moment(LocatedJson json, String file, String key, ZoneId zone, boolean end) {
        var text = text(json, file, json.root(), key, "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(end ? Moments.until(text, zone) : Moments.from(text, zone));
        } catch (IllegalArgumentException e) {
            findings.error(file, json.line(json.root().path(key)), "'" + key + "': " + e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Lesson> lesson(String folder, Course.Setup setup, Defaults defaults) {
        int before = findings.errors();
        var lesson = new LessonReader(files, setup, folder, findings).read(defaults);
        if (findings.errors() > before || files.refused().stream().anyMatch(name -> name.startsWith(folder + "/"))) {
            broken.add(folder);
        }
        return lesson;
    }

    private void findDoubles(List<Course.Chapter> chapters) {
        Map<String, String> seen = new HashMap<>();
        for (var chapter : chapters) {
            for (var lesson : chapter.lessons()) {
                var other = seen.putIfAbsent(lesson.id(), lesson.folder());
                if (other != null) {
                    findings.error(
                            lesson.folder() + "/" + README,
                            lineOf(lesson, "id"),
                            "the id '" + lesson.id() + "' is that of " + other);
                    broken.add(lesson.folder());
                }
            }
        }
        for (var chapter : chapters) {
            for (var lesson : chapter.lessons()) {
                lesson.rules().requires().stream()
                        .filter(id -> !seen.containsKey(id) || id.equals(lesson.id()))
                        .forEach(id -> findings.error(
                                lesson.folder() + "/" + README,
                                lineOf(lesson, "requires"),
                                "'requires' names '" + id + "', which is not there"));
            }
        }
    }

    private int lineOf(Lesson lesson, String key) {
        var readme = lesson.folder() + "/" + README;
        return new FrontMatter(readme, files.text(readme).orElse(""), new Findings()).line(key);
    }

    /** Of a course with these chapters. */
    public static String hash(List<Course.Chapter> chapters) {
        var all = new TreeMap<String, byte[]>();
        for (var chapter : chapters) {
            all.put("\0" + chapter.folder(), chapter.title().getBytes(StandardCharsets.UTF_8));
            chapter.lessons()
                    .forEach(lesson -> all.put(lesson.folder(), lesson.hash().getBytes(StandardCharsets.UTF_8)));
        }
        return Hash.of(all);
    }

    /** The last part of a path without the number in front of it. */
    static String plainName(String folder) {
        var name = folder.substring(folder.lastIndexOf('/') + 1);
        var plain = name.replaceFirst("^\\d+[-_ ]+", "");
        return plain.isEmpty() ? name : plain;
    }
}
