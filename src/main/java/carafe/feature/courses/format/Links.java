package carafe.feature.courses.format;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The links and images of a lesson's text that name files of the course: whether those are there. */
final class Links {
    private static final Pattern LINK = Pattern.compile("\\[[^\\[\\]]{0,500}]\\(\\s{0,9}<?([^)\\s>]{1,500})");
    private static final Pattern ELSEWHERE = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*:|//|#).*");
    private static final Pattern CODE = Pattern.compile("`[^`]{0,500}`");

    private final CourseFiles files;
    private final Findings findings;

    Links(CourseFiles files, Findings findings) {
        this.files = files;
        this.findings = findings;
    }

    /** Of {@code readme} in {@code folder}. */
    void check(String folder, String readme) {
        var lines = files.text(readme).orElse("").lines().toList();
        var fence = "";
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            var mark = line.startsWith("```") || line.startsWith("~~~") ? line.substring(0, 3) : "";
            if (!mark.isEmpty() && (fence.isEmpty() || fence.equals(mark))) {
                fence = fence.isEmpty() ? mark : "";
            } else if (fence.isEmpty()) {
                var found = LINK.matcher(CODE.matcher(line).replaceAll(Matcher.quoteReplacement("``")));
                while (found.find()) {
                    check(folder, readme, i + 1, found.group(1));
                }
            }
        }
    }

    private void check(String folder, String readme, int line, String target) {
        if (ELSEWHERE.matcher(target).matches()) {
            return;
        }
        var place = normal(folder, target.replaceFirst("[#?].*", ""));
        if (place == null) {
            findings.error(readme, line, "the link '" + target + "' leads outside the course");
        } else if (!files.has(place) && files.below(place).isEmpty()) {
            findings.error(readme, line, "the link '" + target + "' names a file that is not there");
        }
    }

    /** Where {@code target} is, seen from {@code folder}; null outside the course. */
    private static @Nullable String normal(String folder, String target) {
        if (target.startsWith("/") || target.contains("\\")) {
            return null;
        }
        var place = folder;
        for (var part : target.replace("%20", " ").split("/", -1)) {
            if (part.equals("..")) {
                if (place.isEmpty()) {
                    return null;
                }
                int slash = place.lastIndexOf('/');
                place = slash < 0 ? "" : place.substring(0, slash);
            } else if (!part.isEmpty() && !part.equals(".")) {
                place = place.isEmpty() ? part : place + "/" + part;
            }
        }
        return place;
    }
}
