package carafe.feature.models;

import carafe.engine.llm.ChatFields;
import carafe.engine.llm.anthropic.MessagesChange;
import carafe.engine.llm.ollama.OllamaChange;
import carafe.engine.llm.openai.ResponsesChange;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.http.Caller;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts into a call what people made of its model: a workspace model's system prompt and parameters, and the parameters
 * that are set for all models. Calls to other models stay as they are.
 */
public final class Dressing {
    private static final String CHAT = "/chat/completions";

    private final Workspace workspace;
    private final LiveSettings settings;
    private final ModelParams params;
    private final ObjectMapper mapper;

    public Dressing(Workspace workspace, LiveSettings settings, ObjectMapper mapper, Clock clock) {
        this.workspace = workspace;
        this.settings = settings;
        this.params = new ModelParams(mapper, clock);
        this.mapper = mapper;
    }

    private Optional<StoredModel> stored(String model) {
        return workspace.find(model).filter(found -> !found.params().isEmpty());
    }

    /** Changes {@code body}, a chat completion request. */
    void put(ObjectNode body, String model, Caller caller) {
        stored(model).ifPresent(found -> params.apply(body, found.params(), caller));
        var defaults = settings.text(Catalogue.MODEL_PARAMS);
        if (!defaults.isEmpty()) {
            params.fill(body, object(defaults));
        }
    }

    /** The call as it goes on: itself when there is nothing to change. */
    RawCall put(RawCall call, Caller caller) {
        boolean stored = stored(call.model()).isPresent();
        if (!stored
                && (!call.path().equals(CHAT)
                        || settings.text(Catalogue.MODEL_PARAMS).isEmpty())) {
            return call;
        }
        if (call.path().equals(CHAT)) {
            var body = call.body().deepCopy();
            put(body, call.model(), caller);
            body.remove(ChatFields.OLLAMA); // as it is, it goes to servers that do not know it
            return changed(call, body, caller);
        }
        var words = words(call);
        if (words != null) {
            var body = call.body().deepCopy();
            put(body, call, caller, words);
            return changed(call, body, caller);
        }
        return call.chat() == null ? call : call.translatedBy(dressed(call, caller));
    }

    /** Puts fields of a chat completion request into a request in the words of another API. */
    @FunctionalInterface
    private interface Words {
        /** @param replace whether what {@code request} says itself gives way */
        void put(ObjectNode chat, ObjectNode request, boolean replace);
    }

    /** Null for calls that are translated for every server. */
    private @Nullable Words words(RawCall call) {
        return switch (call.dialect()) {
            case ANTHROPIC -> (chat, request, replace) -> MessagesChange.put(chat, request, replace, mapper);
            case OLLAMA ->
                call.chat() == null
                        ? null
                        : (chat, request, replace) -> OllamaChange.put(chat, request, replace, mapper);
            case OPENAI -> call.path().equals("/responses") ? ResponsesChange::put : null;
        };
    }

    private RawCall changed(RawCall call, ObjectNode body, Caller caller) {
        try {
            return new RawCall(
                    call.dialect(),
                    call.path(),
                    call.model(),
                    mapper.writeValueAsBytes(body),
                    body,
                    call.headers(),
                    dressed(call, caller));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // cannot be: it goes into memory
        }
    }

    /** Changes {@code body}, a request of another API; one that counts tokens knows no parameters. */
    private void put(ObjectNode body, RawCall call, Caller caller, Words words) {
        boolean counts = call.path().endsWith("/count_tokens");
        var base = base(call.model());
        var change = mapper.createObjectNode().put("model", base);
        change.putArray("messages");
        stored(call.model()).ifPresent(found -> params.apply(change, found.params(), caller));
        if (counts) {
            change.retain("messages");
        }
        words.put(change, body, true);
        var defaults = settings.text(Catalogue.MODEL_PARAMS);
        if (!counts && !defaults.isEmpty()) {
            var gaps = mapper.createObjectNode().put("model", base);
            params.fill(gaps, object(defaults));
            words.put(gaps, body, false);
        }
    }

    /** The model that answers; some parameters depend on it. */
    private String base(String model) {
        return workspace.find(model).map(StoredModel::baseId).orElse(model);
    }

    private @Nullable Supplier<ObjectNode> dressed(RawCall call, Caller caller) {
        var chat = call.chat();
        return chat == null
                ? null
                : () -> {
                    var body = chat.get();
                    put(body, call.model(), caller);
                    return body;
                };
    }

    private ObjectNode object(String json) {
        try {
            return mapper.readTree(json) instanceof ObjectNode object ? object : mapper.createObjectNode();
        } catch (IOException e) {
            return mapper.createObjectNode(); // typed by hand into a variable: nothing is set
        }
    }
}
