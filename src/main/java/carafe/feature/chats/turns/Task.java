package carafe.feature.chats.turns;

import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Setting;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A small question to a model about a chat. Each has a prompt, which an administrator may replace; placeholders in it:
 * {@code {{MESSAGES}}} with {@code :START:n}, {@code :END:n}, {@code {{prompt}}} (the last thing the user said),
 * {@code {{TYPE}}}, {@code {{CURRENT_DATE}}}, {@code {{USER_NAME}}}.
 */
enum Task {
    TITLE("""
            Give this chat a title of two to five words, in the language it is held in, that tells it from others.
            No quotation marks, no full stop. Answer with JSON only: {"title": "…"}

            {{MESSAGES:END:2}}"""),
    TAGS("""
            Name one to three broad subjects of this chat, in its language, one or two words each.
            Answer with JSON only: {"tags": ["…"]}

            {{MESSAGES:END:6}}"""),
    FOLLOW_UPS("""
            Propose three short questions that the user might ask next, in the user's words and language, about what
            has been said. Answer with JSON only: {"follow_ups": ["…", "…", "…"]}

            {{MESSAGES:END:6}}"""),
    QUERIES("""
            Which one to three searches would find what the last question of this chat needs? Today is
            {{CURRENT_DATE}}. None when nothing needs to be looked up. Answer with JSON only: {"queries": ["…"]}

            {{MESSAGES:END:6}}"""),
    AUTO("""
            Go on writing this text of kind "{{TYPE}}" by a few words, as its author would; do not repeat it and do not
            answer it. Answer with JSON only: {"text": "…"}

            {{MESSAGES:END:4}}

            The text: {{prompt}}"""),
    EMOJI("""
            Which single emoji fits this text? Answer with the emoji alone.

            {{prompt}}"""),
    IMAGE_PROMPT("""
            Describe, for a model that draws, the picture that this chat asks for: subject, setting, style, light.
            Answer with JSON only: {"prompt": "…"}

            {{MESSAGES:END:6}}"""),
    MERGE("""
            Several models answered the same question. Write the one answer that is right where they differ and keeps
            what is best in each; do not mention them.

            The question: {{prompt}}

            {{RESPONSES}}""");

    private static final int MESSAGE = 2_000;
    private static final Pattern PLACE = Pattern.compile(
            "\\{\\{(?:(MESSAGES)(?::(START|END|MIDDLETRUNCATE):(\\d{1,4}))?|prompt|TYPE|CURRENT_DATE|USER_NAME|RESPONSES)}}");

    private final String own;

    Task(String own) {
        this.own = own;
    }

    /** The prompt that an administrator may have put in place of ours. */
    private @Nullable Setting template() {
        return switch (this) {
            case TITLE -> Catalogue.TITLE_TEMPLATE;
            case TAGS -> Catalogue.TAGS_TEMPLATE;
            case FOLLOW_UPS -> Catalogue.FOLLOW_UP_TEMPLATE;
            case QUERIES -> Catalogue.QUERY_TEMPLATE;
            case AUTO -> Catalogue.AUTOCOMPLETE_TEMPLATE;
            case IMAGE_PROMPT -> Catalogue.IMAGE_TEMPLATE;
            case EMOJI, MERGE -> null;
        };
    }

    boolean isOn(LiveSettings settings) {
        return switch (this) {
            case TITLE -> settings.isOn(Catalogue.ENABLE_TITLES);
            case TAGS -> settings.isOn(Catalogue.ENABLE_TAGS);
            case FOLLOW_UPS -> settings.isOn(Catalogue.ENABLE_FOLLOW_UPS);
            case AUTO -> settings.isOn(Catalogue.ENABLE_AUTOCOMPLETE);
            case QUERIES, EMOJI, IMAGE_PROMPT, MERGE -> true;
        };
    }

    /** What goes into a prompt; {@code messages} in the shape of the OpenAI API. */
    record Matter(JsonNode messages, String prompt, String type, String userName, List<String> responses) {}

    String prompt(LiveSettings settings, Matter matter) {
        var template = template();
        var set = template == null ? "" : settings.text(template);
        return PLACE.matcher(set.isBlank() ? own : set)
                .replaceAll(match -> Matcher.quoteReplacement(value(match, matter)));
    }

    private static String value(java.util.regex.MatchResult match, Matter matter) {
        var place = match.group();
        if (match.group(1) != null) {
            int count = match.group(3) == null ? Integer.MAX_VALUE : Integer.parseInt(match.group(3));
            return lines(matter.messages(), "START".equals(match.group(2)), count);
        }
        return switch (place) {
            case "{{prompt}}" -> matter.prompt();
            case "{{TYPE}}" -> matter.type();
            case "{{CURRENT_DATE}}" -> LocalDate.now(ZoneOffset.UTC).toString();
            case "{{USER_NAME}}" -> matter.userName();
            default -> String.join("\n\n---\n\n", matter.responses());
        };
    }

    private static String lines(JsonNode messages, boolean first, int count) {
        var said = messages.valueStream()
                .filter(message -> !message.path("role").asText().equals("system"))
                .map(message -> message.path("role").asText() + ": " + cut(text(message.path("content"))))
                .toList();
        int most = Math.min(count, said.size());
        return String.join("\n\n", first ? said.subList(0, most) : said.subList(said.size() - most, said.size()));
    }

    /** The text of a message's content, which may have several parts. */
    static String text(JsonNode content) {
        if (!content.isArray()) {
            return content.asText();
        }
        var text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }

    private static String cut(String text) {
        return text.length() <= MESSAGE ? text : text.substring(0, MESSAGE) + "…";
    }
}
