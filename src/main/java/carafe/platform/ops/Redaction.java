package carafe.platform.ops;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Takes secrets out of what is logged: by the name of a key, wherever a key and its value stand in the text, and by the
 * shape of the value. When in doubt it hides too much. Its time is linear in the text, which others choose.
 */
public final class Redaction {
    static final String MASK = "***REDACTED***";

    private static final List<String> SECRET_WORDS = List.of(
            "password",
            "passwd",
            "token",
            "api_key",
            "apikey",
            "secret",
            "authorization",
            "cookie",
            "session",
            "credential",
            "private_key",
            "sentry_dsn");

    /** Keys that hold one of the words above but count something; shown when the value is a number. */
    private static final Set<String> COUNTERS = Set.of(
            "tokens",
            "token_count",
            "total_tokens",
            "input_tokens",
            "output_tokens",
            "prompt_tokens",
            "completion_tokens",
            "cached_tokens",
            "reasoning_tokens",
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
            "tokens_in",
            "tokens_out",
            "tokens_cached",
            "tokens_per_second",
            "first_token_ms",
            "sessions",
            "session_count");

    private static final int LONGEST_KEY = 64;
    private static final Pattern KEY_SHAPED = Pattern.compile(
            "(?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9_-]{8,}+|(?:gsk_|hf_|gh[pousr]_|xox[abp]-|AIza)[A-Za-z0-9_-]{16,}+)");
    private static final Pattern JWT =
            Pattern.compile("(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}+\\.[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]*+)?");
    private static final Pattern BEARER = Pattern.compile("(?i)\\b(bearer)\\s{1,4}[A-Za-z0-9._~+/=-]{6,}+");
    /** A web address ends its authority at the first slash; elsewhere people leave slashes in passwords unescaped. */
    private static final Pattern WEB_LOGIN = Pattern.compile("(?i)\\b(https?|wss?)://[^\\s/?#\"'<>]{0,500}@");

    private static final Pattern OTHER_LOGIN = Pattern.compile(
            "(?i)\\b(postgres(?:ql)?|rediss?|mysql|mariadb|mongodb(?:\\+srv)?|amqps?|ldaps?|ftps?|smtps?|socks5?)://[^\\s\"'<>]{0,500}@");

    private Redaction() {}

    /** Whether a value under this key must not be shown, unless it {@link #counts}. */
    static boolean isSecret(String key) {
        var name = key.toLowerCase(Locale.ROOT).replace('-', '_');
        for (var word : SECRET_WORDS) {
            if (name.contains(word)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the key names a counter and the value is a number, so that nothing secret is in it. */
    static boolean counts(String key, String value) {
        if (value.isEmpty() || value.length() > 20 || !COUNTERS.contains(key.toLowerCase(Locale.ROOT))) {
            return false;
        }
        return value.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.' || c == '-');
    }

    /** {@code text} without what looks like a secret. */
    public static String text(String text) {
        var clean = pairs(text);
        clean = clean.contains("://") ? WEB_LOGIN.matcher(clean).replaceAll("$1://" + MASK + "@") : clean;
        clean = clean.contains("://") ? OTHER_LOGIN.matcher(clean).replaceAll("$1://" + MASK + "@") : clean;
        clean = BEARER.matcher(clean).replaceAll("$1 " + MASK);
        clean = KEY_SHAPED.matcher(clean).replaceAll(MASK);
        return clean.contains("eyJ") ? JWT.matcher(clean).replaceAll(MASK) : clean;
    }

    /** Hides values behind {@code key=}, {@code key: } and {@code "key":} where the key says so. */
    private static String pairs(String text) {
        StringBuilder out = null;
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '=' && c != ':') {
                continue;
            }
            var key = keyBefore(text, i);
            if (key.isEmpty() || !isSecret(key)) {
                continue;
            }
            int start = SecretSpan.start(text, i + 1);
            int end = SecretSpan.end(text, start, key);
            if (end <= start || counts(key, text.substring(start, end))) {
                continue;
            }
            out = out == null ? new StringBuilder(text.length()) : out;
            out.append(text, copied, start).append(MASK);
            copied = end;
            i = end - 1;
        }
        return out == null ? text : out.append(text, copied, text.length()).toString();
    }

    private static String keyBefore(String text, int separator) {
        int end = separator;
        while (end > 0 && separator - end < 4 && " \"'\\".indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        int start = end;
        while (start > 0 && end - start < LONGEST_KEY && isKeyPart(text.charAt(start - 1))) {
            start--;
        }
        return text.substring(start, end);
    }

    private static boolean isKeyPart(char c) {
        return c == '_' || c == '-' || c == '.' || (c < 128 && Character.isLetterOrDigit(c));
    }
}
