package carafe.feature.chats;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What somebody typed to find chats: words, and among them Open WebUI's conditions {@code tag:name}, {@code tag:none},
 * {@code folder:name_of_it} (with the folders in it), {@code pinned:}, {@code archived:} and {@code shared:} with true or
 * false. Without a condition on it archived chats are left out.
 *
 * @param words what is left, to be found in titles and messages
 * @param condition SQL over the chat {@code c} that begins with AND, with {@code values} for its places
 * @param narrow whether anything but words was typed
 */
record ChatQuery(String words, String condition, List<Object> values, boolean narrow) {
    private static final Pattern GAPS = Pattern.compile("\\s+");
    private static final Pattern NAME_GAPS = Pattern.compile("[\\s_]+");
    private static final int MOST = 16;

    /** @param foldersNamed the ids of the folders that go by a plain name, with those in them */
    static ChatQuery of(String typed, Function<Set<String>, List<String>> foldersNamed) {
        var words = new ArrayList<String>();
        var tags = new ArrayList<String>();
        var names = new ArrayList<String>();
        @Nullable Boolean pinned = null;
        @Nullable Boolean archived = null;
        @Nullable Boolean shared = null;
        for (var word : GAPS.split(typed.strip())) {
            int colon = word.indexOf(':');
            var value = word.substring(colon + 1);
            switch (colon < 0 ? "" : word.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "tag" -> tags.add(ChatTags.idOf(value));
                case "folder" -> names.add(plain(value));
                case "pinned" -> pinned = yesOrNo(value, pinned);
                case "archived" -> archived = yesOrNo(value, archived);
                case "shared" -> shared = yesOrNo(value, shared);
                default -> words.add(word);
            }
        }
        var condition = new StringBuilder(" AND c.archived = ").append(Boolean.TRUE.equals(archived) ? 1 : 0);
        var values = new ArrayList<>();
        if (pinned != null) {
            condition.append(" AND c.pinned = ").append(pinned ? 1 : 0);
        }
        if (shared != null) {
            condition.append(shared ? " AND c.share_id IS NOT NULL" : " AND c.share_id IS NULL");
        }
        if (tags.contains("none")) {
            condition.append(" AND NOT EXISTS (SELECT 1 FROM chat_tag ct WHERE ct.chat_id = c.id)");
        } else {
            tags.stream().distinct().limit(MOST).forEach(tag -> {
                condition.append(" AND EXISTS (SELECT 1 FROM chat_tag ct WHERE ct.chat_id = c.id AND ct.tag_id = ?)");
                values.add(tag);
            });
        }
        if (!names.isEmpty()) {
            var folders = foldersNamed.apply(Set.copyOf(names));
            condition.append(
                    folders.isEmpty()
                            ? " AND c.id IS NULL" // no such folder holds no chat
                            : folders.stream()
                                    .map(id -> "?")
                                    .collect(Collectors.joining(", ", " AND c.folder_id IN (", ")")));
            values.addAll(folders);
        }
        boolean narrow = pinned != null || archived != null || shared != null || !tags.isEmpty() || !names.isEmpty();
        return new ChatQuery(String.join(" ", words), condition.toString(), List.copyOf(values), narrow);
    }

    private static @Nullable Boolean yesOrNo(String value, @Nullable Boolean otherwise) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default -> otherwise; // half typed
        };
    }

    /** A folder's name as it is typed in one word: underscores are blanks, and large letters small ones. */
    static String plain(String name) {
        return NAME_GAPS.matcher(name).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    }
}
