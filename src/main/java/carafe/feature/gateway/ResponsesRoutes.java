package carafe.feature.gateway;

import carafe.engine.llm.Dialect;
import carafe.feature.models.RawCall;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Map;

/**
 * OpenAI's Responses API (platform.openai.com/docs/api-reference/responses), create only. A server that has it gets the
 * call as it is, others a chat completion; nothing is kept here, so a response cannot be continued or fetched later.
 */
public final class ResponsesRoutes {
    private final Forwarder forwarder;
    private final Body body;
    private final ObjectMapper mapper;
    private final Ids ids;
    private final Clock clock;

    public ResponsesRoutes(Forwarder forwarder, ObjectMapper mapper, Ids ids, Clock clock) {
        this.forwarder = forwarder;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.ids = ids;
        this.clock = clock;
    }

    public void register(Routes routes) {
        var call = Rule.of(Surface.OPENAI, Access.USER).withMaxBody(GatewayRoutes.MOST_BODY);
        GatewayRoutes.ROOTS.forEach(root -> routes.post(root + "/responses", call, this::create));
    }

    private void create(Context ctx) throws ClientGone {
        byte[] original = body.bytes(ctx);
        var fields = new Fields(body.object(ctx, original), "");
        var model = fields.text("model", 256);
        fields.optionalBool("stream");
        fields.optionalArray("tools");
        var node = fields.node();
        if (!node.path("input").isTextual()) {
            var items = fields.optionalArray("input").orElseThrow(() -> fields.missing("input"));
            for (int i = 0; i < items.size(); i++) {
                if (!items.path(i).isObject()) {
                    throw new Problem.BadRequest("'input." + i + "' must be an object.", "input." + i);
                }
            }
        }
        var call = new RawCall(
                Dialect.OPENAI, "/responses", model, original, node, Map.of(), () -> ResponsesInput.chat(node, mapper));
        var writer =
                new ResponsesWriter(mapper, ids.next(), node, clock.instant().getEpochSecond());
        forwarder.forward(ctx, Surface.OPENAI, call, writer);
    }
}
