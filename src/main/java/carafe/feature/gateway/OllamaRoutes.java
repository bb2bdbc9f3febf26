package carafe.feature.gateway;

import carafe.engine.llm.Dialect;
import carafe.feature.models.Connection;
import carafe.feature.models.LocalDetails;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.ModelEntry;
import carafe.feature.models.RawCall;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ollama's API (github.com/ollama/ollama, docs/api.md) under {@code /ollama}, over any kind of server. */
public final class OllamaRoutes {
    /** The Ollama whose API is spoken here; clients compare it with what they need. */
    private static final String VERSION = "0.12.0";

    private final Forwarder forwarder;
    private final ModelCatalogue catalogue;
    private final Supplier<List<LocalDetails>> local;
    private final Body body;
    private final ObjectMapper mapper;
    private final Clock clock;
    private final String startedAt;

    public OllamaRoutes(
            Forwarder forwarder,
            ModelCatalogue catalogue,
            Supplier<List<LocalDetails>> local,
            ObjectMapper mapper,
            Clock clock) {
        this.forwarder = forwarder;
        this.catalogue = catalogue;
        this.local = local;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.clock = clock;
        this.startedAt = clock.instant().toString();
    }

    public void register(Routes routes) {
        var call = Rule.of(Surface.OLLAMA, Access.USER).withMaxBody(GatewayRoutes.MOST_BODY);
        routes.post("/ollama/api/chat", call, this::chat);
        routes.post("/ollama/api/generate", call, this::generate);
        routes.post("/ollama/api/embed", call, ctx -> embed(ctx, "input"));
        routes.post("/ollama/api/embeddings", call, ctx -> embed(ctx, "prompt"));
        var read = Rule.of(Surface.OLLAMA, Access.USER);
        routes.get("/ollama/api/tags", read, this::tags);
        routes.post("/ollama/api/show", read, this::show);
        routes.get(
                "/ollama/api/version",
                read,
                ctx -> ctx.json(mapper.createObjectNode().put("version", VERSION)));
        var open = Rule.of(Surface.OLLAMA, Access.PUBLIC);
        routes.get("/ollama/", open, OllamaRoutes::alive);
        routes.get("/ollama/api/ps", Rule.of(Surface.OLLAMA, Access.ADMIN), this::loaded);
    }

    private static void alive(Context ctx) {
        ctx.json(Map.of("status", true));
    }

    /** A call with its model's full name: {@code llama3} is {@code llama3:latest} where only that is known. */
    private String model(Fields fields) {
        var name = fields.has("model")
                ? fields.text("model", 256)
                : fields.optionalText("name", 256).orElseThrow(() -> fields.missing("model"));
        if (catalogue.find(name).isPresent()) {
            return name;
        }
        var other = name.endsWith(":latest") ? name.substring(0, name.length() - 7) : name + ":latest";
        return catalogue.find(other).isPresent() ? other : name;
    }

    private boolean isOllama(String model) {
        return kind(model).filter(kind -> kind == Connection.Kind.OLLAMA).isPresent();
    }

    private Optional<Connection.Kind> kind(String model) {
        return catalogue.find(model).map(entry -> entry.connection().kind());
    }

    private RawCall call(
            String path, String model, byte[] original, ObjectNode node, @Nullable Supplier<ObjectNode> chat) {
        boolean renamed = !node.path("model").asText().equals(model);
        var named = renamed ? node.deepCopy().put("model", model) : node;
        var bytes = renamed ? bytes(named) : original;
        return new RawCall(Dialect.OLLAMA, path, model, bytes, named, Map.of(), chat);
    }

    private void chat(Context ctx) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = new Fields(body.object(ctx, original), "");
        var model = model(fields);
        fields.optionalBool("stream");
        fields.optionalArray("messages");
        fields.optionalObject("options");
        if (fields.node().path("messages").isEmpty() && answeredLoad(ctx, model, false)) {
            return;
        }
        var node = fields.node();
        var call = call("/api/chat", model, original, node, () -> OllamaInput.chat(node, mapper));
        forwarder.forward(
                ctx,
                Surface.OLLAMA,
                call,
                new OllamaWriter(mapper, node.path("model").asText(), false, clock));
    }

    private void generate(Context ctx) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = new Fields(body.object(ctx, original), "");
        var model = model(fields);
        fields.optionalBool("stream");
        fields.optionalObject("options");
        var prompt = fields.optionalText("prompt", Integer.MAX_VALUE).orElse("");
        if (prompt.isEmpty() && fields.node().path("images").isEmpty() && answeredLoad(ctx, model, true)) {
            return;
        }
        var node = fields.node();
        var call = call("/api/generate", model, original, node, () -> OllamaInput.generate(node, mapper));
        forwarder.forward(
                ctx,
                Surface.OLLAMA,
                call,
                new OllamaWriter(mapper, node.path("model").asText(), true, clock));
    }

    /** Nothing to say means: load the model. Servers of other protocols load theirs when they are called. */
    private boolean answeredLoad(Context ctx, String model, boolean generate) {
        var kind = kind(model);
        if (kind.isEmpty() || kind.get() == Connection.Kind.OLLAMA) {
            return false;
        }
        var answer = mapper.createObjectNode()
                .put("model", model)
                .put("created_at", clock.instant().toString());
        if (generate) {
            answer.put("response", "");
        } else {
            answer.putObject("message").put("role", "assistant").put("content", "");
        }
        ctx.json(answer.put("done_reason", "load").put("done", true));
        return true;
    }

    /** @param input the field with the text: the newer call has {@code input} and gives several, the older one */
    private void embed(Context ctx, String input) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = new Fields(body.object(ctx, original), "");
        var model = model(fields);
        var node = fields.node();
        if (!node.hasNonNull(input)) {
            throw fields.missing(input);
        }
        boolean several = input.equals("input");
        if (isOllama(model)) {
            var path = several ? "/api/embed" : "/api/embeddings";
            var named = node.deepCopy().put("model", model);
            forwarder.forward(
                    ctx,
                    Surface.OLLAMA,
                    new RawCall(Dialect.OLLAMA, path, model, bytes(named), named, Map.of(), null),
                    null);
            return;
        }
        var request = mapper.createObjectNode().put("model", model).put("encoding_format", "float");
        request.set("input", node.get(input));
        if (node.hasNonNull("dimensions")) {
            request.set("dimensions", node.get("dimensions"));
        }
        long started = System.nanoTime();
        var bytes = forwarder.fetch(ctx, Surface.OLLAMA, new RawCall("/embeddings", model, bytes(request), request));
        ctx.json(embeddings(bytes, node.path("model").asText(model), several, System.nanoTime() - started));
    }

    private static byte[] bytes(ObjectNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode embeddings(byte[] bytes, String model, boolean several, long nanos) {
        var answer = mapper.createObjectNode();
        try {
            var given = mapper.readTree(bytes);
            if (!several) {
                answer.set("embedding", given.path("data").path(0).path("embedding"));
                return answer;
            }
            var list = answer.put("model", model).putArray("embeddings");
            given.path("data").forEach(entry -> list.add(entry.path("embedding")));
            return answer.put("total_duration", nanos)
                    .put("load_duration", 0)
                    .put(
                            "prompt_eval_count",
                            given.path("usage").path("prompt_tokens").asLong());
        } catch (IOException e) {
            throw new Problem.Upstream(502, "upstream_broken", "The model server sent something that is not JSON.");
        }
    }

    private void tags(Context ctx) {
        var answer = mapper.createObjectNode();
        var models = answer.putArray("models");
        var details = local.get();
        for (var model : catalogue.visible(Caller.of(ctx))) {
            var known = find(details, model);
            var node = models.addObject()
                    .put("name", model.id())
                    .put("model", model.id())
                    .put("modified_at", startedAt)
                    .put("size", known.map(LocalDetails::size).orElse(0L))
                    .put("digest", digest(model.id()));
            node.set("details", details(known));
        }
        ctx.json(answer);
    }

    private static Optional<LocalDetails> find(List<LocalDetails> details, ModelEntry model) {
        return model.connection().kind() != Connection.Kind.LOCAL
                ? Optional.empty()
                : details.stream()
                        .filter(one -> one.id().equals(model.upstreamName()))
                        .findFirst();
    }

    private ObjectNode details(Optional<LocalDetails> known) {
        return mapper.createObjectNode()
                .put("parent_model", "")
                .put("format", known.isPresent() ? "gguf" : "")
                .put("family", known.map(LocalDetails::architecture).orElse(""))
                .putNull("families")
                .put("parameter_size", "")
                .put("quantization_level", "");
    }

    /** Something to tell models apart by: the weights of most are not here. */
    private static String digest(String id) {
        return Sha256.hex(id);
    }

    private void show(Context ctx) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = new Fields(body.object(ctx, original), "");
        var id = model(fields);
        if (isOllama(id)) {
            forwarder.forward(ctx, Surface.OLLAMA, call("/api/show", id, original, fields.node(), null), null);
            return;
        }
        var model = catalogue
                .find(id)
                .orElseThrow(() -> new Problem.NotFound("model_not_found", "model '" + id + "' not found", "model"));
        var known = find(local.get(), model);
        var answer = mapper.createObjectNode()
                .put("license", known.map(LocalDetails::licence).orElse(""))
                .put("modelfile", "")
                .put("parameters", "")
                .put("template", "");
        answer.set("details", details(known));
        var info = answer.putObject("model_info");
        known.ifPresent(one -> info.put("general.architecture", one.architecture())
                .put(one.architecture() + ".context_length", one.context()));
        var capabilities = answer.putArray("capabilities").add("completion");
        if (model.connection().kind() != Connection.Kind.LOCAL) {
            capabilities.add("tools"); // local models call none
        }
        ctx.json(answer.put("modified_at", startedAt));
    }

    /** Models in this machine's memory. */
    private void loaded(Context ctx) {
        var answer = mapper.createObjectNode();
        var models = answer.putArray("models");
        for (var model : local.get()) {
            if (model.resident() > 0) {
                var node = models.addObject()
                        .put("name", model.id())
                        .put("model", model.id())
                        .put("size", model.resident())
                        .put("digest", digest(model.id()))
                        .put("size_vram", 0)
                        .put("context_length", model.context());
                node.set("details", details(Optional.of(model)));
            }
        }
        ctx.json(answer);
    }
}
