package carafe.feature.workflows;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.Target;
import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Services;
import carafe.engine.workflow.Stop;
import carafe.engine.workflow.Usage;
import carafe.feature.models.Models;
import carafe.feature.models.Providers;
import carafe.feature.models.Use;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Model nodes call what Carafe offers: the catalogue's models, metered like every call. */
final class ModelCalls {
    private final Models models;
    private final Providers guarded;
    private final ObjectMapper mapper;
    private final Ids ids;

    /** @param guarded the way to addresses that users name */
    ModelCalls(Models models, Providers guarded, ObjectMapper mapper, Ids ids) {
        this.models = models;
        this.guarded = guarded;
        this.mapper = mapper;
        this.ids = ids;
    }

    /** What an answer came to until now. */
    private static final class Heard implements Consumer<LlmEvent> {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final Consumer<Services.Piece> sink;
        private Usage usage = Usage.NONE;
        private @Nullable LlmFailure failure;
        private String reason = "stop";

        Heard(Consumer<Services.Piece> sink) {
            this.sink = sink;
        }

        @Override
        public void accept(LlmEvent event) {
            switch (event) {
                case LlmEvent.Text piece -> {
                    text.append(piece.text());
                    sink.accept(new Services.Piece(piece.text(), false));
                }
                case LlmEvent.Reasoning piece -> {
                    reasoning.append(piece.text());
                    sink.accept(new Services.Piece(piece.text(), true));
                }
                case LlmEvent.Usage counted -> usage = new Usage(counted.input(), counted.output(), 0);
                case LlmEvent.Failed failed -> failure = failed.failure();
                case LlmEvent.Done done -> reason = done.reason();
                case LlmEvent.Started started -> {}
                case LlmEvent.ToolCallDelta call -> {}
                case LlmEvent.Citation citation -> {}
                case LlmEvent.Search search -> {}
            }
        }
    }

    Services.Answer ask(
            Caller caller, String runId, Services.Question question, Consumer<Services.Piece> sink, Stop stop) {
        var heard = new Heard(sink);
        var cancellation = new Cancellation();
        var use = new Use(caller, "workflow", "flow", runId, ids.next());
        boolean whole = stop.during(
                () -> {
                    call(use, question, heard, cancellation);
                    return true;
                },
                cancellation::cancel);
        var failure = heard.failure;
        if (failure != null || !whole) {
            throw failed(failure);
        }
        if (heard.reason.equals("content_filter")) {
            throw new FlowFailure(FlowCode.MODERATED, "");
        }
        return new Services.Answer(heard.text.toString(), heard.reasoning.toString(), heard.usage);
    }

    /** A model of the catalogue, also where the node has an address of its own; else the model at that address. */
    private void call(Use use, Services.Question question, Heard heard, Cancellation cancellation) {
        if (question.url().isEmpty() || models.offers(use.caller(), question.model())) {
            models.call(use, question.model(), body(question), heard, cancellation);
            return;
        }
        var target = new Target(base(question.url()), question.key());
        models.callAt(guarded, target, use, question.model(), body(question), question.silence(), heard, cancellation);
    }

    /** The address without its last two parts, {@code chat/completions}. */
    private static String base(String url) {
        try {
            var uri = URI.create(url);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (http && uri.getHost() != null && uri.getUserInfo() == null) {
                var path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
                int last = path.lastIndexOf('/');
                int first = last <= 0 ? -1 : path.lastIndexOf('/', last - 1);
                return uri.getScheme() + "://" + uri.getRawAuthority() + (first < 0 ? "" : path.substring(0, first));
            }
        } catch (IllegalArgumentException e) {
            throw new FlowFailure(FlowCode.MODEL, "not an address: " + url);
        }
        throw new FlowFailure(FlowCode.MODEL, "not an http or https address: " + url);
    }

    private ObjectNode body(Services.Question question) {
        var body = mapper.createObjectNode();
        var messages = body.putArray("messages");
        question.messages()
                .forEach(said -> messages.addObject().put("role", said.role()).put("content", said.content()));
        if (question.temperature() != null) {
            body.put("temperature", question.temperature());
        }
        if (question.maxTokens() > 0) {
            body.put("max_tokens", question.maxTokens());
        }
        question.extra().properties().forEach(one -> {
            if (!body.has(one.getKey()) && !one.getKey().equals("model")) {
                body.set(one.getKey(), one.getValue());
            }
        });
        body.put("stream", true);
        return body;
    }

    private static FlowFailure failed(@Nullable LlmFailure failure) {
        if (failure == null) {
            return new FlowFailure(FlowCode.MODEL, "");
        }
        if (failure.code().equals("cancelled")) {
            return new FlowFailure(FlowCode.CANCELLED, "");
        }
        var code = failure.status() == 429
                ? FlowCode.RATE_LIMITED
                : failure.code().equals("context_length_exceeded") ? FlowCode.CONTEXT : FlowCode.MODEL;
        return new FlowFailure(code, failure.message());
    }
}
