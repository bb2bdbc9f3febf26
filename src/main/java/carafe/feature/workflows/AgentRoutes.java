package carafe.feature.workflows;

import carafe.platform.config.AgentCard;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Published workflows for other agents: a card that says where they are, and messages that run one. Rows 19 and 20 of the
 * contract's section 1, after the Agent2Agent protocol (0.3).
 */
final class AgentRoutes {
    private static final Rule CARD = Rule.of(Surface.WEBUI, Access.PUBLIC);
    private static final String SEND = "/workflow/v1/a2a/message:send";
    private static final int MOST_PARTS = 1_000;

    private final ChatFlowRoutes chats;
    private final AgentCard settings;
    private final Sids sids;
    private final Body body;
    private final ObjectMapper mapper;

    AgentRoutes(ChatFlowRoutes chats, AgentCard settings, Sids sids, ObjectMapper mapper) {
        this.chats = chats;
        this.settings = settings;
        this.sids = sids;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    void register(Routes routes) {
        routes.get("/.well-known/agent-card.json", CARD, ctx -> ctx.json(card()));
        routes.get("/workflow/v1/a2a/agent-card.json", CARD, ctx -> ctx.json(card()));
        routes.get("/workflow/v1/a2a/.well-known/agent-card.json", CARD, ctx -> ctx.json(card()));
        routes.post(SEND, ChatFlowRoutes.RULE, FlowRules.with(sids, this::send));
    }

    private ObjectNode card() {
        var card = mapper.createObjectNode()
                .put("name", settings.name())
                .put("description", "Runs published workflows: what a text message says is their input.")
                .put("version", settings.version())
                .put("url", settings.base().isEmpty() ? "" : settings.base() + SEND)
                .put("protocolVersion", "0.3.0");
        card.putArray("capabilities")
                .addObject()
                .put("name", "text-message")
                .put("description", "Send a text message to a published workflow.");
        card.putArray("defaultInputModes").add("text/plain");
        card.putArray("defaultOutputModes").add("text/plain").add("text/event-stream");
        return card;
    }

    /** The message becomes the parameter {@code input} of a chat with the workflow it names. */
    private void send(Context ctx) throws ClientGone, InterruptedException {
        var sent = body.object(ctx);
        var message = FlowRules.object(sent, "message");
        var chat = mapper.createObjectNode();
        for (var name : new String[] {"uid", "stream", "ext", "version"}) {
            set(chat, name, sent.get(name));
        }
        set(chat, "flow_id", either(sent, "flow_id", "flowId"));
        var chatId = either(sent, "chat_id", "chatId");
        boolean none = chatId == null || chatId.asText().isEmpty();
        set(chat, "chat_id", none ? either(message, "message_id", "messageId") : chatId);
        var parameters =
                sent.hasNonNull("parameters") ? FlowRules.object(sent, "parameters") : mapper.createObjectNode();
        chat.set("parameters", parameters.put("input", text(message)));
        chats.chat(ctx, chat, false);
    }

    /** The text parts, a line break between them. */
    private static String text(ObjectNode message) {
        var parts = message.path("parts");
        if (!parts.isArray() || parts.size() > MOST_PARTS) {
            throw FlowRules.invalid("body->message->parts", parts, "Input should be a valid list", "list_type");
        }
        var texts = new ArrayList<String>();
        for (int i = 0; i < parts.size(); i++) {
            var text = parts.get(i).path("text");
            if (!text.isTextual()) {
                throw FlowRules.invalid("body->message->parts->" + i + "->text", text, "Field required", "missing");
            }
            if (!text.textValue().isEmpty()) {
                texts.add(text.textValue());
            }
        }
        var whole = String.join("\n", texts).strip();
        if (whole.isEmpty()) {
            throw FlowRules.invalid("body->message->parts", parts, "Message content cannot be empty", "value_error");
        }
        return whole;
    }

    private static @Nullable JsonNode either(ObjectNode object, String name, String other) {
        return object.hasNonNull(name) ? object.get(name) : object.get(other);
    }

    private static void set(ObjectNode chat, String name, @Nullable JsonNode value) {
        if (value != null) {
            chat.set(name, value);
        }
    }
}
