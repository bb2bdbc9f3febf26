package carafe.platform.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which files workflows take, by the endings of their names.
 *
 * @param endings that may be uploaded, in lower case; empty: all
 * @param kinds names for several endings, as {@code image}, which descriptions of workflows use
 */
public record FileTypes(List<String> endings, Map<String, List<String>> kinds) {
    /** The kinds that the workflow service had, with what is usual for them today. */
    private static final Map<String, List<String>> USUAL = Map.of(
            "image", List.of("jpg", "jpeg", "png", "bmp", "gif", "webp"),
            "pdf", List.of("pdf"),
            "doc", List.of("docx", "doc"),
            "ppt", List.of("ppt", "pptx"),
            "excel", List.of("xls", "xlsx", "csv"),
            "txt", List.of("txt"),
            "audio", List.of("mp3", "wav", "m4a", "flac", "ogg"),
            "video", List.of("mp4", "mov", "avi", "mkv", "webm"));

    public FileTypes {
        endings = List.copyOf(endings);
        kinds = Map.copyOf(kinds);
    }

    /**
     * Endings with commas between, or {@code {"image": ["jpg", "png"], …}} as the workflow service had it.
     *
     * @throws IllegalArgumentException when it is neither
     */
    static FileTypes parse(String text) {
        if (!text.strip().startsWith("{")) {
            return new FileTypes(lower(Arrays.asList(text.split("[,;]", -1))), USUAL);
        }
        try {
            var given = new ObjectMapper().readValue(text, new TypeReference<Map<String, List<String>>>() {});
            var kinds = new LinkedHashMap<>(USUAL);
            given.forEach((name, endings) -> kinds.put(name.toLowerCase(Locale.ROOT), lower(endings)));
            var all = given.values().stream().flatMap(List::stream).distinct().toList();
            return new FileTypes(lower(all), kinds);
        } catch (JsonProcessingException | NullPointerException e) {
            throw new IllegalArgumentException("not an object of lists", e);
        }
    }

    private static List<String> lower(List<String> endings) {
        return endings.stream()
                .map(one -> one.strip().toLowerCase(Locale.ROOT))
                .map(one -> one.startsWith(".") ? one.substring(1) : one)
                .filter(one -> !one.isEmpty())
                .toList();
    }

    public boolean mayUpload(String ending) {
        return endings.isEmpty() || endings.contains(ending.toLowerCase(Locale.ROOT));
    }

    /** @param allowed endings or kinds that a workflow asks for; empty: whatever may be uploaded */
    public boolean allows(List<String> allowed, String ending) {
        var small = ending.toLowerCase(Locale.ROOT);
        return mayUpload(small)
                && (allowed.isEmpty()
                        || lower(allowed).stream()
                                .anyMatch(one -> one.equals(small)
                                        || kinds.getOrDefault(one, List.of()).contains(small)));
    }
}
