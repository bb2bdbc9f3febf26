package carafe.feature.code;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmEvent;
import carafe.feature.models.Connection;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.ModelEntry;
import carafe.feature.models.Models;
import carafe.feature.models.Use;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hints by a model within a short deadline, else by rules: nobody is kept waiting, and a model's fault is no error. */
public final class Hints {
    private static final Logger log = LoggerFactory.getLogger(Hints.class);
    private static final Duration PATIENCE = Duration.ofSeconds(6);
    private static final int MOST_TEXT = 4_000;
    private static final int MOST_ANSWER = 32_000;
    private static final int MOST_LINE = 1_000_000;

    private static final String TASK = """
            You help somebody who learns to program. You get their program and the place of the cursor. Answer with one \
            JSON object and nothing else, with exactly these keys: "current_context" (what the line at the cursor does, \
            one sentence), "hint" (the next step, two sentences at most, friendly, without giving the whole solution \
            away), "reference_code" (a short example of the idea, or null), "key_concepts" (one to four short names).""";

    private final Models models;
    private final ModelCatalogue catalogue;
    private final ObjectMapper mapper;
    private final Ids ids;
    private final CodeSettings settings;

    public Hints(Models models, ModelCatalogue catalogue, ObjectMapper mapper, Ids ids, CodeSettings settings) {
        this.models = models;
        this.catalogue = catalogue;
        this.mapper = mapper;
        this.ids = ids;
        this.settings = settings;
    }

    /** The answer to {@code {code, cursor_line, cursor_column, language}}. */
    ObjectNode hint(Caller caller, Fields fields) {
        var code = fields.optionalText("code", SourceFiles.MOST_CODE).orElseThrow(() -> fields.missing("code"));
        int line = (int) (long)
                fields.optionalLong("cursor_line", 1, MOST_LINE).orElseThrow(() -> fields.missing("cursor_line"));
        long column =
                fields.optionalLong("cursor_column", 0, MOST_LINE).orElseThrow(() -> fields.missing("cursor_column"));
        var language = fields.optionalText("language", 40).orElse("python");
        var plain = HintRules.of(language, code, line);
        var hint = caller instanceof Caller.Anonymous
                ? plain // strangers of an open class are nobody's bill
                : model().flatMap(model -> ask(caller, model, question(language, code, line, column), plain))
                        .orElse(plain);
        var answer = mapper.createObjectNode()
                .put("current_context", hint.currentContext())
                .put("hint", hint.hint())
                .put("reference_code", hint.referenceCode());
        var concepts = answer.putArray("key_concepts");
        hint.keyConcepts().forEach(concepts::add);
        return answer;
    }

    private Optional<ModelEntry> model() {
        return switch (settings.hintModel()) {
            case "off" -> Optional.empty();
            case "" ->
                catalogue.all().stream()
                        .filter(model -> model.connection().kind() != Connection.Kind.LOCAL)
                        .findFirst();
            default -> catalogue.find(settings.hintModel());
        };
    }

    private static String question(String language, String code, int line, long column) {
        return "Language: " + language + "\nCursor: line " + line + ", column " + column + "\nLine at the cursor: "
                + HintRules.line(code, line) + "\n\nProgram:\n" + code;
    }

    private Optional<Hint> ask(Caller caller, ModelEntry model, String question, Hint plain) {
        var body = mapper.createObjectNode().put("temperature", 0.3).put("max_tokens", 600);
        var messages = body.putArray("messages");
        messages.addObject().put("role", "system").put("content", TASK);
        messages.addObject().put("role", "user").put("content", question);
        var use = new Use(caller, "course", "hint", "", ids.next());
        var cancellation = new Cancellation();
        var text = new StringBuilder();
        var call = new FutureTask<Boolean>(() -> {
            models.call(
                    use,
                    model.id(),
                    body,
                    event -> {
                        if (event instanceof LlmEvent.Text(var piece, var _) && text.length() < MOST_ANSWER) {
                            text.append(piece);
                        }
                    },
                    cancellation);
            return true;
        });
        Thread.ofVirtual().name("hint").start(call);
        try {
            call.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return read(text.toString(), plain);
        } catch (TimeoutException e) {
            log.info("hint by rules: the model was too slow model={}", model.id());
        } catch (ExecutionException e) {
            log.warn("hint by rules: the model failed model={}", model.id(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            cancellation.cancel();
        }
        return Optional.empty();
    }

    /** The object in what the model wrote, also when it put a fence or a sentence around it. */
    private Optional<Hint> read(String text, Hint plain) {
        int from = text.indexOf('{');
        if (from < 0) {
            return Optional.empty();
        }
        try {
            var node = mapper.reader()
                    .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readTree(text.substring(from));
            var hint = node.path("hint").asText("").strip();
            if (hint.isEmpty() || hint.length() > MOST_TEXT) {
                return Optional.empty();
            }
            var context = node.path("current_context").asText("").strip();
            var reference = node.path("reference_code").textValue();
            var concepts = new ArrayList<String>();
            for (var concept : node.path("key_concepts")) {
                if (concept.isTextual()
                        && concepts.size() < 8
                        && concept.textValue().length() <= 100) {
                    concepts.add(concept.textValue());
                }
            }
            return Optional.of(new Hint(
                    context.isEmpty() || context.length() > MOST_TEXT ? plain.currentContext() : context,
                    hint,
                    reference == null || reference.isBlank() || reference.length() > MOST_TEXT ? null : reference,
                    concepts));
        } catch (JsonProcessingException e) {
            log.debug("hint by rules: the model wrote no JSON");
            return Optional.empty();
        }
    }
}
