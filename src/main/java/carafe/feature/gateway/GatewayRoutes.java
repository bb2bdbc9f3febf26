package carafe.feature.gateway;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.ModelEntry;
import carafe.feature.models.Models;
import carafe.feature.models.RawCall;
import carafe.feature.models.Use;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Fields;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Problem;
import carafe.platform.http.RequestId;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import carafe.platform.ops.RequestRow;
import carafe.platform.ops.RequestRows;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;

/**
 * The OpenAI API (platform.openai.com/docs/api-reference): models, chat completions and embeddings. Bodies pass through
 * as they are, so that fields this program has never heard of work.
 */
public final class GatewayRoutes {
    /** Images travel inside the JSON. */
    private static final long MOST_BODY = 64 * Rule.MEBIBYTE;

    /** Takes the requests that mean a turn of a chat and answers them; false for all others. */
    @FunctionalInterface
    public interface Chats {
        boolean answer(Context ctx, Fields fields);
    }

    private final Models models;
    private final Chats chats;
    private final ModelCatalogue catalogue;
    private final Heartbeats heartbeats;
    private final RequestRows requestLog;
    private final Clock clock;
    private final Body body;
    private final Failures failures;
    private final ObjectMapper mapper;
    private final Ids ids;
    private final long startedAt;

    public GatewayRoutes(
            Models models,
            Chats chats,
            ModelCatalogue catalogue,
            Heartbeats heartbeats,
            RequestRows requestLog,
            ObjectMapper mapper,
            Ids ids,
            Clock clock) {
        this.requestLog = requestLog;
        this.clock = clock;
        this.models = models;
        this.chats = chats;
        this.catalogue = catalogue;
        this.heartbeats = heartbeats;
        this.body = new Body(mapper);
        this.failures = new Failures(mapper);
        this.mapper = mapper;
        this.ids = ids;
        this.startedAt = clock.instant().getEpochSecond();
    }

    public void register(Routes routes) {
        var call = Rule.of(Surface.OPENAI, Access.USER).withMaxBody(MOST_BODY);
        routes.post("/v1/chat/completions", call, ctx -> chat(ctx, Surface.OPENAI));
        routes.post("/v1/embeddings", call, ctx -> embed(ctx, Surface.OPENAI));
        var read = Rule.of(Surface.OPENAI, Access.USER);
        routes.get("/v1/models", read, this::list);
        routes.get("/v1/models/<id>", read, this::show);
        // Open WebUI's names for the same; from its front end they mean a turn of a chat
        var webui = Rule.of(Surface.WEBUI, Access.USER).withMaxBody(MOST_BODY);
        routes.post("/api/chat/completions", webui, ctx -> chat(ctx, Surface.WEBUI));
        routes.post("/api/v1/chat/completions", webui, ctx -> chat(ctx, Surface.WEBUI));
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
        forward(ctx, surface, new RawCall("/chat/completions", model, original, fields.node()));
    }

    private void embed(Context ctx, Surface surface) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = new Fields(body.object(ctx, original), "");
        var model = fields.text("model", 256);
        if (!fields.has("input")) {
            throw fields.missing("input");
        }
        forward(ctx, surface, new RawCall("/embeddings", model, original, fields.node()));
    }

    private void forward(Context ctx, Surface surface, RawCall call) throws ClientGone {
        var cancellation = new Cancellation();
        var use = new Use(Caller.of(ctx), surface.name().toLowerCase(java.util.Locale.ROOT), "api", "", ids.next());
        try (var answer = new PassedAnswer(ctx, surface, heartbeats, cancellation)) {
            models.forward(use, call, answer, cancellation);
        } catch (LlmException e) {
            log(ctx, surface, call, e.failure());
            throw failures.problem(e.failure(), surface);
        }
    }

    /** Failed calls with their reason; the ledger has the figures of all. */
    private void log(Context ctx, Surface surface, RawCall call, LlmFailure failure) {
        var caller = Caller.of(ctx);
        requestLog.record(new RequestRow(
                RequestId.of(ctx),
                clock.millis(),
                surface,
                caller.person().id(),
                caller instanceof Caller.Key key ? key.keyId() : null,
                call.model(),
                failure.status(),
                call.original().length,
                0,
                0,
                0,
                failure.message()));
    }

    private void list(Context ctx) {
        var answer = mapper.createObjectNode().put("object", "list");
        var data = answer.putArray("data");
        catalogue.all().forEach(model -> data.add(entry(model)));
        ctx.json(answer);
    }

    private void show(Context ctx) {
        var id = ctx.pathParam("id");
        ctx.json(entry(catalogue
                .find(id)
                .orElseThrow(() -> new Problem.NotFound(
                        "model_not_found",
                        "The model '" + id + "' does not exist or you do not have access to it.",
                        "model"))));
    }

    private ObjectNode entry(ModelEntry model) {
        return mapper.createObjectNode()
                .put("id", model.id())
                .put("object", "model")
                .put("created", startedAt)
                .put("owned_by", model.connection().name());
    }
}
