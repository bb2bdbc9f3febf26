package carafe.feature.courses;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.feature.models.Connection;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.ModelEntry;
import carafe.feature.models.Models;
import carafe.feature.models.Use;
import carafe.platform.config.Secret;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a model in a learner's name, for thirty seconds at most. A model that fails is an answer, not an error. */
final class Tutor {
    private static final Logger log = LoggerFactory.getLogger(Tutor.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST_ANSWER = 64_000;
    private static final String APOLOGY = "Sorry, I cannot answer just now. Please try again in a moment.";
    private static final String NO_MODEL = "Sorry, no model is set up here that could answer.";

    /** {@code errorCode} null: it went well; {@code tokens} those of the answer. */
    record Answer(String text, @Nullable String errorCode, long tokens, String model) {
        boolean succeeded() {
            return errorCode == null;
        }
    }

    private final Models models;
    private final ModelCatalogue catalogue;
    private final ObjectMapper mapper;
    private final Ids ids;
    private final String wanted;

    /** @param wanted a model's name, empty for the first there is, {@code off} for none */
    Tutor(Models models, ModelCatalogue catalogue, ObjectMapper mapper, Ids ids, String wanted) {
        this.models = models;
        this.catalogue = catalogue;
        this.mapper = mapper;
        this.ids = ids;
        this.wanted = wanted;
    }

    boolean isThere() {
        return model().isPresent();
    }

    private Optional<ModelEntry> model() {
        return switch (wanted) {
            case "off" -> Optional.empty();
            case "" -> {
                var all = catalogue.all();
                yield all.stream()
                        .filter(model -> model.connection().kind() != Connection.Kind.LOCAL)
                        .findFirst()
                        .or(() -> all.stream().findFirst());
            }
            default -> catalogue.find(wanted);
        };
    }

    /**
     * @param messages as in the OpenAI API
     * @param key the learner's own, or null
     * @param piece gets the answer as it comes; what it throws ends the call
     */
    Answer ask(
            Caller caller,
            ArrayNode messages,
            @Nullable Secret key,
            Consumer<String> piece,
            Cancellation cancellation) {
        var model = model();
        if (model.isEmpty()) {
            return new Answer(NO_MODEL, "AI_SERVICE_UNAVAILABLE", 0, "");
        }
        var body = mapper.createObjectNode().put("temperature", 0.7).put("max_tokens", 2000);
        body.set("messages", messages);
        var use = new Use(caller, "course", "tutor", "", ids.next());
        var heard = new Heard(piece);
        var id = model.get().id();
        var call = new FutureTask<Boolean>(() -> {
            if (key == null) {
                models.call(use, id, body, heard, cancellation);
            } else {
                models.callWithKey(use, id, key, body, heard, cancellation);
            }
            return true;
        });
        Thread.ofVirtual().name("tutor").start(call);
        try {
            call.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return heard.failed("AI_SERVICE_TIMEOUT", id);
        } catch (ExecutionException e) {
            if (!cancellation.isCancelled()) {
                log.warn("the tutor's model failed model={}", id, e.getCause());
            }
            return heard.failed("AI_SERVICE_ERROR", id);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return heard.failed("AI_SERVICE_ERROR", id);
        } finally {
            cancellation.cancel();
        }
        var failure = heard.failure;
        if (failure != null) {
            log.info("the tutor's model failed model={} code={}", id, failure.code());
            return heard.failed(code(failure), id);
        }
        return heard.text().isBlank() ? heard.failed("AI_SERVICE_ERROR", id) : heard.whole(id);
    }

    private static String code(LlmFailure failure) {
        return switch (failure.status()) {
            case 503 -> "AI_SERVICE_UNAVAILABLE";
            case 504 -> "AI_SERVICE_TIMEOUT";
            default -> "AI_SERVICE_ERROR";
        };
    }

    /** What has come so far; written by the calling thread, read after its end or its patience. */
    private static final class Heard implements Consumer<LlmEvent> {
        private final Consumer<String> piece;
        private final StringBuilder text = new StringBuilder();
        private volatile long tokens;
        private volatile @Nullable LlmFailure failure;

        Heard(Consumer<String> piece) {
            this.piece = piece;
        }

        @Override
        public void accept(LlmEvent event) {
            switch (event) {
                case LlmEvent.Text(var more, var _) -> hear(more);
                case LlmEvent.Usage usage -> tokens = usage.output();
                case LlmEvent.Failed(var why) -> failure = why;
                default -> {
                    // reasoning and the like is not for the learner
                }
            }
        }

        private void hear(String more) {
            synchronized (text) {
                if (text.length() >= MOST_ANSWER) {
                    return;
                }
                text.append(more);
            }
            piece.accept(more);
        }

        String text() {
            synchronized (text) {
                return text.toString();
            }
        }

        Answer whole(String model) {
            return new Answer(text(), null, tokens, model);
        }

        /** What was said until then counts; without a word there is an apology. */
        Answer failed(String code, String model) {
            return new Answer(text().isBlank() ? APOLOGY : text(), code, tokens, model);
        }
    }
}
