package carafe.feature.gateway;

import carafe.engine.llm.ChatFields;
import carafe.engine.llm.Dialect;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.ModelEntry;
import carafe.feature.models.RawCall;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The OpenAI API (platform.openai.com/docs/api-reference): models, chat completions, completions and embeddings. Bodies
 * pass through as they are, so that fields this program has never heard of work; at Open WebUI's addresses, without those that
 * are Open WebUI's own.
 */
public final class GatewayRoutes {
    /** Images travel inside the JSON. */
    static final long MOST_BODY = 64 * Rule.MEBIBYTE;

    /** Takes the requests that mean a turn of a chat and answers them; false for all others. */
    @FunctionalInterface
    public interface Chats {
        boolean answer(Context ctx, Fields fields);
    }

    /** Takes out of a request what only this program understands; false when nothing was changed. */
    @FunctionalInterface
    public interface Extras {
        boolean prepare(Caller caller, ObjectNode request);
    }

    /** The second is where clients look that know a server as Ollama's. */
    static final List<String> ROOTS = List.of("/v1", "/ollama/v1");

    private final Forwarder forwarder;
    private final Chats chats;
    private final Extras extras;
    private final ModelCatalogue catalogue;
    private final Clock clock;
    private final Body body;
    private final ObjectMapper mapper;
    private final Ids ids;
    private final long startedAt;

    public GatewayRoutes(
            Forwarder forwarder,
            Chats chats,
            Extras extras,
            ModelCatalogue catalogue,
            ObjectMapper mapper,
            Ids ids,
            Clock clock) {
        this.forwarder = forwarder;
        this.chats = chats;
        this.extras = extras;
        this.catalogue = catalogue;
        this.clock = clock;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.ids = ids;
        this.startedAt = clock.instant().getEpochSecond();
    }

    public void register(Routes routes) {
        var call = Rule.of(Surface.OPENAI, Access.USER).withMaxBody(MOST_BODY);
        var read = Rule.of(Surface.OPENAI, Access.USER);
        for (var root : ROOTS) {
            routes.post(root + "/chat/completions", call, ctx -> chat(ctx, Surface.OPENAI));
            routes.post(root + "/embeddings", call, ctx -> embed(ctx, Surface.OPENAI));
            routes.post(root + "/completions", call, this::complete);
            routes.get(root + "/models", read, this::list);
            routes.get(root + "/models/<id>", read, this::show);
        }
        // Open WebUI's names for the same; from its front end they mean a turn of a chat
        var webui = Rule.of(Surface.WEBUI, Access.USER).withMaxBody(MOST_BODY);
        routes.post("/api/chat/completions", webui, ctx -> chat(ctx, Surface.WEBUI));
        routes.post("/api/v1/chat/completions", webui, ctx -> chat(ctx, Surface.WEBUI));
        routes.post("/openai/chat/completions", webui, ctx -> chat(ctx, Surface.WEBUI));
        routes.post("/api/embeddings", webui, ctx -> embed(ctx, Surface.WEBUI));
        routes.post("/api/v1/embeddings", webui, ctx -> embed(ctx, Surface.WEBUI));
    }

    private void chat(Context ctx, Surface surface) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = new Fields(body.object(ctx, original), "");
        var model = fields.text("model", 256);
        fields.optionalBool("stream");
        if (surface == Surface.WEBUI && chats.answer(ctx, fields)) {
            return;
        }
        if (fields.optionalArray("messages")
                .orElseThrow(() -> fields.missing("messages"))
                .isEmpty()) {
            throw new Problem.BadRequest("'messages' must hold at least one message.", "messages");
        }
        var prepared = fields.node();
        var node = prepared;
        if (surface == Surface.WEBUI && extras.prepare(Caller.of(ctx), prepared)) {
            node = mapper.createObjectNode().setAll(prepared);
            node.remove(ChatFields.OLLAMA);
            original = bytes(node);
        }
        var call = new RawCall(
                Dialect.OPENAI, "/chat/completions", model, original, node, Map.of(), () -> ChatInput.chat(prepared));
        forwarder.forward(ctx, surface, call, new ChatWriter(mapper, ids.next(), node, now()));
    }

    private byte[] bytes(ObjectNode node) {
        try {
            return mapper.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // cannot be: it goes into memory
        }
    }

    private static boolean wantsUsage(ObjectNode node) {
        return node.path("stream_options").path("include_usage").asBoolean();
    }

    private void complete(Context ctx) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = new Fields(body.object(ctx, original), "");
        var model = fields.text("model", 256);
        fields.optionalBool("stream");
        if (!fields.has("prompt")) {
            throw fields.missing("prompt");
        }
        var node = fields.node();
        var call = new RawCall(
                Dialect.OPENAI, "/completions", model, original, node, Map.of(), () -> CompletionInput.chat(node));
        forwarder.forward(
                ctx, Surface.OPENAI, call, new CompletionWriter(mapper, ids.next(), model, now(), wantsUsage(node)));
    }

    private void embed(Context ctx, Surface surface) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = new Fields(body.object(ctx, original), "");
        var model = fields.text("model", 256);
        if (!fields.has("input")) {
            throw fields.missing("input");
        }
        forwarder.forward(ctx, surface, new RawCall("/embeddings", model, original, fields.node()), null);
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }

    private void list(Context ctx) {
        var answer = mapper.createObjectNode().put("object", "list");
        var data = answer.putArray("data");
        boolean anthropic = ctx.header("anthropic-version") != null;
        catalogue.visible(Caller.of(ctx)).forEach(model -> data.add(anthropic ? anthropicEntry(model) : entry(model)));
        if (anthropic) {
            answer.put("has_more", false)
                    .put("first_id", data.path(0).path("id").textValue())
                    .put("last_id", data.path(data.size() - 1).path("id").textValue());
        }
        ctx.json(answer);
    }

    private void show(Context ctx) {
        var id = ctx.pathParam("id");
        var model = catalogue
                .find(Caller.of(ctx), id)
                .orElseThrow(() -> new Problem.NotFound(
                        "model_not_found",
                        "The model '" + id + "' does not exist or you do not have access to it.",
                        "model"));
        ctx.json(ctx.header("anthropic-version") == null ? entry(model) : anthropicEntry(model));
    }

    private ObjectNode entry(ModelEntry model) {
        return mapper.createObjectNode()
                .put("id", model.id())
                .put("object", "model")
                .put("created", startedAt)
                .put("owned_by", model.connection().name());
    }

    /** Clients of the Anthropic API ask at the same address, and say so in a header. */
    private ObjectNode anthropicEntry(ModelEntry model) {
        return mapper.createObjectNode()
                .put("id", model.id())
                .put("type", "model")
                .put("display_name", model.name())
                .put("created_at", Instant.ofEpochSecond(startedAt).toString());
    }
}
