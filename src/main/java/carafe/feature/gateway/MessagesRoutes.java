package carafe.feature.gateway;

import carafe.engine.llm.Dialect;
import carafe.feature.models.Connection;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.RawCall;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.RequestId;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Anthropic API (docs.anthropic.com/en/api/messages): messages and the count of their tokens, over any kind of
 * server. One of the same protocol gets the body untouched.
 */
public final class MessagesRoutes {
    /** What of the client's headers belongs to the protocol. */
    private static final List<String> HEADERS = List.of("anthropic-version", "anthropic-beta");
    /** Characters of English to a token, about; others need fewer. */
    private static final int CHARACTERS_A_TOKEN = 4;

    private final Forwarder forwarder;
    private final ModelCatalogue catalogue;
    private final Body body;
    private final ObjectMapper mapper;
    private final Ids ids;

    public MessagesRoutes(Forwarder forwarder, ModelCatalogue catalogue, ObjectMapper mapper, Ids ids) {
        this.forwarder = forwarder;
        this.catalogue = catalogue;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.ids = ids;
    }

    public void register(Routes routes) {
        var call = Rule.of(Surface.ANTHROPIC, Access.USER).withMaxBody(GatewayRoutes.MOST_BODY);
        for (var root : GatewayRoutes.ROOTS) {
            routes.post(root + "/messages", call, this::answer);
            routes.post(root + "/messages/count_tokens", call, this::count);
        }
    }

    private void answer(Context ctx) throws ClientGone {
        ctx.header("request-id", RequestId.of(ctx)); // what SDKs of this API look for
        byte[] original = body.bytes(ctx);
        var fields = checked(body.object(ctx, original));
        fields.optionalBool("stream");
        if (fields.optionalLong("max_tokens", 1, Integer.MAX_VALUE).isEmpty()) {
            throw fields.missing("max_tokens");
        }
        var call = call(ctx, "/v1/messages", original, fields, true);
        forwarder.forward(ctx, Surface.ANTHROPIC, call, new MessagesWriter(mapper, ids.next(), fields.node()));
    }

    private RawCall call(Context ctx, String path, byte[] original, Fields fields, boolean translated) {
        var node = fields.node();
        return new RawCall(
                Dialect.ANTHROPIC,
                path,
                fields.text("model", 256),
                original,
                node,
                headers(ctx),
                translated ? () -> MessagesInput.chat(node, mapper) : null);
    }

    private static Map<String, String> headers(Context ctx) {
        var headers = new HashMap<String, String>();
        for (var name : HEADERS) {
            @Nullable String value = ctx.header(name);
            if (value != null && value.length() <= 1000) {
                headers.put(name, value);
            }
        }
        return headers;
    }

    private static Fields checked(ObjectNode node) {
        var fields = new Fields(node, "");
        fields.text("model", 256);
        var messages = fields.optionalArray("messages").orElseThrow(() -> fields.missing("messages"));
        if (messages.isEmpty()) {
            throw new Problem.BadRequest("'messages' must hold at least one message.", "messages");
        }
        for (int i = 0; i < messages.size(); i++) {
            var content = messages.path(i).path("content");
            if (!messages.path(i).isObject() || !(content.isTextual() || content.isArray())) {
                throw new Problem.BadRequest(
                        "'messages." + i + ".content' must be a string or a list of blocks.",
                        "messages." + i + ".content");
            }
        }
        return fields;
    }

    /** Counted by a server of this protocol, else estimated from the length. */
    private void count(Context ctx) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = checked(body.object(ctx, original));
        var call = call(ctx, "/v1/messages/count_tokens", original, fields, false);
        var model = catalogue.find(Caller.of(ctx), call.model());
        boolean counts = model.isEmpty() || model.get().connection().kind() == Connection.Kind.ANTHROPIC;
        if (counts && forwarded(ctx, call)) {
            return;
        }
        long characters = 0;
        for (var part : List.of("system", "messages", "tools")) {
            characters += length(fields.node().path(part));
        }
        ctx.json(mapper.createObjectNode()
                .put("input_tokens", (characters + CHARACTERS_A_TOKEN - 1) / CHARACTERS_A_TOKEN));
    }

    /** False when the server lacks this call, as many do that speak the protocol. */
    private boolean forwarded(Context ctx, RawCall call) throws ClientGone {
        try {
            forwarder.forward(ctx, Surface.ANTHROPIC, call, null);
            return true;
        } catch (Problem.Upstream e) {
            if (e.status() == 404 || e.status() == 405 || e.status() == 501) {
                return false;
            }
            throw e;
        }
    }

    /** Characters a model reads: texts and schemas, not the bytes of images. */
    private static long length(JsonNode node) {
        if (node.path("type").asText().equals("base64")) {
            return 0;
        }
        if (node.isTextual()) {
            // what is not ASCII takes about a token a character
            return node.textValue()
                    .chars()
                    .mapToLong(c -> c < 128 ? 1 : CHARACTERS_A_TOKEN)
                    .sum();
        }
        long sum = 0;
        for (var field : node.properties()) {
            sum += field.getKey().length() + length(field.getValue());
        }
        for (var item : node.isArray() ? node : List.<JsonNode>of()) {
            sum += length(item);
        }
        return sum;
    }
}
