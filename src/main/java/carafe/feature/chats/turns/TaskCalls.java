package carafe.feature.chats.turns;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.feature.models.Connection;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.Models;
import carafe.feature.models.Use;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks models the small questions of {@link Task}. */
public final class TaskCalls {
    /** Characters of an answer; a model that goes on is ended. */
    private static final int MOST = 20_000;

    private static final int MOST_TOKENS = 1_000;

    private final Models models;
    private final ModelCatalogue catalogue;
    private final LiveSettings settings;
    private final ObjectMapper mapper;
    private final Ids ids;

    public TaskCalls(Models models, ModelCatalogue catalogue, LiveSettings settings, ObjectMapper mapper, Ids ids) {
        this.models = models;
        this.catalogue = catalogue;
        this.settings = settings;
        this.mapper = mapper;
        this.ids = ids;
    }

    LiveSettings settings() {
        return settings;
    }

    /**
     * The model that does the small work for chats with {@code model}; none for a local one where nobody named another:
     * it would keep the machine busy for longer than its answer did.
     */
    Optional<String> modelBeside(String model) {
        var entry = catalogue.find(model);
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        boolean local = entry.get().connection().kind() == Connection.Kind.LOCAL;
        var named = settings.text(local ? Catalogue.TASK_MODEL : Catalogue.TASK_MODEL_EXTERNAL);
        if (!named.isBlank() && catalogue.find(named).isPresent()) {
            return Optional.of(named);
        }
        return local ? Optional.empty() : Optional.of(model);
    }

    /** What {@code model} answers, without its thoughts. @throws LlmException when it fails */
    String ask(Caller caller, String model, String refId, Task task, Task.Matter matter) {
        var request = mapper.createObjectNode().put("stream", false);
        request.putArray("messages").addObject().put("role", "user").put("content", task.prompt(settings, matter));
        if (task != Task.MERGE) {
            request.put("max_tokens", MOST_TOKENS);
        }
        return ask(new Use(caller, "webui", "task", refId, ids.next()), model, request);
    }

    private String ask(Use use, String model, ObjectNode request) {
        var text = new StringBuilder();
        var failure = new Failure();
        var cancellation = new Cancellation();
        models.call(
                use,
                model,
                request,
                event -> {
                    switch (event) {
                        case LlmEvent.Text piece -> text.append(piece.text());
                        case LlmEvent.Failed failed -> failure.what = failed.failure();
                        default -> {}
                    }
                    if (text.length() > MOST) {
                        cancellation.cancel();
                    }
                },
                cancellation);
        if (failure.what != null && text.length() <= MOST) {
            throw new LlmException(failure.what);
        }
        return text.toString().strip();
    }

    private static final class Failure {
        private @Nullable LlmFailure what;
    }

    /** The object between the first and the last brace of an answer; models like to talk around it. */
    Optional<ObjectNode> json(String answer) {
        int from = answer.indexOf('{');
        int to = answer.lastIndexOf('}');
        if (from < 0 || to < from) {
            return Optional.empty();
        }
        try {
            return mapper.readTree(answer.substring(from, to + 1)) instanceof ObjectNode object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty(); // not what was asked for: as good as no answer
        }
    }

    /** The strings of a list in an answer, cleaned, at most {@code most}. */
    List<String> texts(String answer, String key, int most, int length) {
        return json(answer).stream()
                .flatMap(object -> object.path(key).valueStream())
                .filter(text -> text.isTextual())
                .map(text -> text.textValue().strip())
                .filter(text -> !text.isEmpty() && text.length() <= length)
                .distinct()
                .limit(most)
                .toList();
    }
}
