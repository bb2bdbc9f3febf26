package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.SearchText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Finds an account's chats in which the title, or one message, has every word that was typed; a word may go on. Chinese
 * and Japanese words need no spaces. {@link ChatQuery} knows the conditions beside words. Deleted chats are not found.
 */
public final class ChatSearch {
    /** Pages that are answered; nobody reads further. */
    static final int MOST_PAGES = 50;

    private static final int WALK = 500;
    /** As much of a message as the index knows. */
    private static final int OPENING = 100_000;

    private static final int BEFORE = 40;
    private static final int SNIPPET = 160;
    private static final Pattern GAPS = Pattern.compile("\\s+");

    /** A chat that was found, with the piece of text that fits best; empty where only the title does. */
    public record Hit(ChatRow chat, String snippet) {}

    private record Found(ChatRow chat, long seq) {}

    private final Db db;
    private final FolderStore folders;
    private final MessageStore messages;

    public ChatSearch(Db db, FolderStore folders, MessageStore messages) {
        this.db = db;
        this.folders = folders;
        this.messages = messages;
    }

    /**
     * The {@code page}th {@value ChatStore#PAGE}, newest chats first; nothing for text without letters or digits, all that
     * a condition lets through where there are no words beside it.
     */
    public List<Hit> search(String accountId, String typed, int page) {
        if (page > MOST_PAGES) {
            return List.of();
        }
        var query = ChatQuery.of(typed, names -> folders.named(accountId, names));
        if (query.words().isBlank()) {
            return query.narrow() ? all(accountId, query, page) : List.of();
        }
        var words = db.dialect().searchFor(query.words());
        if (words.isEmpty()) {
            return List.of();
        }
        int upTo = page * ChatStore.PAGE;
        var found = new LinkedHashMap<String, Found>();
        inMessages(accountId, words, query, upTo).forEach(hit -> found.put(hit.chat.id(), hit));
        inTitles(accountId, query, upTo).forEach(row -> found.putIfAbsent(row.id(), new Found(row, 0)));
        var shown = found.values().stream()
                .sorted(Comparator.comparingLong((Found hit) -> hit.chat.updatedAt())
                        .thenComparing(hit -> hit.chat.id())
                        .reversed())
                .skip(upTo - ChatStore.PAGE)
                .limit(ChatStore.PAGE)
                .toList();
        return withSnippets(shown, query.words());
    }

    private List<Hit> all(String accountId, ChatQuery query, int page) {
        int skip = (page - 1) * ChatStore.PAGE;
        return walk(accountId, query, Long.MAX_VALUE, "", skip, ChatStore.PAGE).stream()
                .map(row -> new Hit(row, ""))
                .toList();
    }

    private List<Found> inMessages(String accountId, String words, ChatQuery query, int limit) {
        var values = new ArrayList<Object>();
        values.add(accountId);
        values.add(words);
        values.addAll(query.values());
        values.add(limit);
        return db.list(
                """
                SELECT c.id, c.title, c.archived, c.last_read_at, c.created_at, c.updated_at, max(m.seq) AS hit,
                       (SELECT count(*) FROM turn t WHERE t.chat_id = c.id) AS writers
                FROM message m JOIN chat c ON c.id = m.chat_id
                WHERE c.account_id = ? AND c.deleted_at IS NULL AND %s%s
                GROUP BY c.id, c.title, c.archived, c.last_read_at, c.created_at, c.updated_at
                ORDER BY c.updated_at DESC, c.id DESC LIMIT ?""".formatted(db.dialect().matchesMessage(), query.condition()),
                row -> new Found(ChatStore.row(row), row.getLong("hit")),
                values.toArray());
    }

    /** Titles are few and short enough to be compared here, in the same spaced form that the index has. */
    private List<ChatRow> inTitles(String accountId, ChatQuery query, int limit) {
        var words = words(query.words()).stream()
                .map(SearchText::spaced)
                .filter(w -> !w.isEmpty())
                .toList();
        var hits = new ArrayList<ChatRow>();
        var page = walk(accountId, query, Long.MAX_VALUE, "", 0, WALK);
        while (true) {
            for (var row : page) {
                var title = " " + SearchText.spaced(row.title());
                if (words.stream().allMatch(word -> title.contains(" " + word))) {
                    hits.add(row);
                }
            }
            if (page.size() < WALK || hits.size() >= limit) {
                return hits;
            }
            page = walk(
                    accountId, query, page.getLast().updatedAt(), page.getLast().id(), 0, WALK);
        }
    }

    /** The chats that meet the query's conditions, after the one given, newest first. */
    private List<ChatRow> walk(String accountId, ChatQuery query, long updatedAt, String id, int skip, int limit) {
        var values = new ArrayList<Object>();
        values.add(accountId);
        values.addAll(query.values());
        values.addAll(List.of(updatedAt, id, limit, skip));
        return db.list("""
                SELECT c.id, c.title, c.archived, c.last_read_at, c.created_at, c.updated_at,
                       (SELECT count(*) FROM turn t WHERE t.chat_id = c.id) AS writers
                FROM chat c
                WHERE c.account_id = ? AND c.deleted_at IS NULL%s AND (c.updated_at, c.id) < (?, ?)
                ORDER BY c.updated_at DESC, c.id DESC LIMIT ? OFFSET ?""".formatted(query.condition()), ChatStore::row, values.toArray());
    }

    private List<Hit> withSnippets(List<Found> found, String typed) {
        var seqs = found.stream().map(Found::seq).filter(seq -> seq > 0).toList();
        Map<Long, String> texts = messages.openings(seqs, OPENING);
        var hits = new ArrayList<Hit>();
        for (var hit : found) {
            hits.add(new Hit(hit.chat, snippet(texts.getOrDefault(hit.seq, ""), typed)));
        }
        return hits;
    }

    /** The surroundings of the first typed word that occurs as typed, else the beginning. */
    static String snippet(String text, String typed) {
        int at = words(typed).stream()
                .mapToInt(word -> indexOf(text, word))
                .filter(i -> i >= 0)
                .min()
                .orElse(0);
        int from = Math.max(0, at - BEFORE);
        int to = Math.min(text.length(), from + SNIPPET);
        var cut = Unicode.mended(text.substring(from, to)).replace("\uFFFD", "");
        var line = GAPS.matcher(cut).replaceAll(" ").trim();
        return (from > 0 ? "…" : "") + line + (to < text.length() ? "…" : "");
    }

    private static int indexOf(String text, String word) {
        var matcher = Pattern.compile(word, Pattern.LITERAL | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                .matcher(text);
        return matcher.find() ? matcher.start() : -1;
    }

    private static List<String> words(String typed) {
        return Arrays.stream(GAPS.split(typed))
                .filter(word -> !word.isEmpty())
                .limit(16)
                .toList();
    }
}
