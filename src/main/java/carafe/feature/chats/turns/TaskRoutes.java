package carafe.feature.chats.turns;

import carafe.engine.llm.LlmException;
import carafe.feature.models.ModelCatalogue;
import carafe.platform.audit.AuditLog;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Setting;
import carafe.platform.db.Db;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Open WebUI's {@code /api/v1/tasks}: small questions to a model, answered as chat completions, and their settings. */
public final class TaskRoutes {
    private static final String TASKS = "/api/v1/tasks";
    private static final int MAX_TEXT = 100_000;
    private static final List<Setting> SWITCHES = List.of(
            Catalogue.ENABLE_TITLES,
            Catalogue.ENABLE_TAGS,
            Catalogue.ENABLE_FOLLOW_UPS,
            Catalogue.ENABLE_AUTOCOMPLETE,
            Catalogue.ENABLE_SEARCH_QUERIES,
            Catalogue.ENABLE_RETRIEVAL_QUERIES);
    private static final List<Setting> TEXTS = List.of(
            Catalogue.TASK_MODEL,
            Catalogue.TASK_MODEL_EXTERNAL,
            Catalogue.TITLE_TEMPLATE,
            Catalogue.TAGS_TEMPLATE,
            Catalogue.FOLLOW_UP_TEMPLATE,
            Catalogue.QUERY_TEMPLATE,
            Catalogue.AUTOCOMPLETE_TEMPLATE,
            Catalogue.IMAGE_TEMPLATE);

    private final TaskCalls calls;
    private final ModelCatalogue catalogue;
    private final LiveSettings settings;
    private final Db db;
    private final AuditLog audit;
    private final Body body;
    private final ObjectMapper mapper;
    private final Clock clock;

    public TaskRoutes(
            TaskCalls calls,
            ModelCatalogue catalogue,
            LiveSettings settings,
            Db db,
            AuditLog audit,
            ObjectMapper mapper,
            Clock clock) {
        this.calls = calls;
        this.catalogue = catalogue;
        this.settings = settings;
        this.db = db;
        this.audit = audit;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.clock = clock;
    }

    public void register(Routes routes) {
        var user = Rule.of(Surface.WEBUI, Access.USER);
        var call = user.withMaxBody(16 * Rule.MEBIBYTE);
        routes.get(TASKS + "/config", user, ctx -> ctx.json(shown()));
        routes.post(TASKS + "/config/update", Rule.of(Surface.WEBUI, Access.ADMIN), this::change);
        routes.post(TASKS + "/title/completions", call, ctx -> answer(ctx, Task.TITLE));
        routes.post(TASKS + "/tags/completions", call, ctx -> answer(ctx, Task.TAGS));
        routes.post(TASKS + "/follow_up/completions", call, ctx -> answer(ctx, Task.FOLLOW_UPS));
        routes.post(TASKS + "/queries/completions", call, ctx -> answer(ctx, Task.QUERIES));
        routes.post(TASKS + "/auto/completions", call, ctx -> answer(ctx, Task.AUTO));
        routes.post(TASKS + "/emoji/completions", call, ctx -> answer(ctx, Task.EMOJI));
        routes.post(TASKS + "/image_prompt/completions", call, ctx -> answer(ctx, Task.IMAGE_PROMPT));
        routes.post(TASKS + "/moa/completions", call, ctx -> answer(ctx, Task.MERGE));
    }

    // ---- tasks --------------------------------------------------------------------------------

    private void answer(Context ctx, Task task) throws ClientGone {
        var caller = Caller.of(ctx);
        var fields = body.fields(ctx);
        var model = fields.text("model", 256);
        if (catalogue.find(model).isEmpty()) {
            throw new Problem.BadRequest("Model not found", "model");
        }
        var matter = matter(caller, fields);
        if (!task.isOn(settings) || isOff(task, fields)) {
            throw new Problem.Forbidden("An administrator has switched this off.");
        }
        if (task == Task.AUTO) {
            int most = settings.number(Catalogue.AUTOCOMPLETE_LENGTH);
            if (most > 0 && matter.prompt().length() > most) {
                throw new Problem.BadRequest("The text is longer than " + most + " characters.", "prompt");
            }
        }
        // merging is an answer to its reader, not work beside one
        var chosen = task == Task.MERGE ? model : calls.modelBeside(model).orElse(model);
        try {
            var refId = fields.optionalText("chat_id", 200).orElse("");
            var text = calls.ask(caller, chosen, refId, task, matter);
            if (fields.optionalBool("stream").orElse(false)) {
                stream(ctx, chosen, text);
            } else {
                ctx.json(completion("chat.completion", "message", chosen, text));
            }
        } catch (LlmException e) {
            throw new Problem.Upstream(
                    e.failure().status(), e.failure().code(), e.failure().message());
        }
    }

    private boolean isOff(Task task, Fields fields) {
        if (task != Task.QUERIES) {
            return false;
        }
        var web = fields.optionalText("type", 50).orElse("").equals("web_search");
        return !settings.isOn(web ? Catalogue.ENABLE_SEARCH_QUERIES : Catalogue.ENABLE_RETRIEVAL_QUERIES);
    }

    private static Task.Matter matter(Caller caller, Fields fields) {
        JsonNode messages = fields.optionalArray("messages")
                .map(JsonNode.class::cast)
                .orElseGet(JsonNodeFactory.instance::arrayNode);
        var responses = new ArrayList<String>();
        fields.optionalArray("responses").ifPresent(list -> list.forEach(one -> responses.add(one.asText())));
        var prompt = fields.optionalText("prompt", MAX_TEXT).orElseGet(() -> lastQuestion(messages));
        if (prompt.isBlank()) {
            throw fields.missing(fields.has("messages") ? "prompt" : "messages");
        }
        var type = fields.optionalText("type", 50).orElse("general");
        return new Task.Matter(messages, prompt, type, caller.person().name(), responses);
    }

    private static String lastQuestion(JsonNode messages) {
        return messages.valueStream()
                .filter(message -> message.path("role").asText().equals("user"))
                .map(message -> Task.text(message.path("content")))
                .reduce("", (before, next) -> next);
    }

    /** A chat completion of the OpenAI API. */
    private ObjectNode completion(String object, String part, String model, String text) {
        var answer = mapper.createObjectNode()
                .put("id", "task-" + clock.millis())
                .put("object", object)
                .put("created", clock.millis() / 1000)
                .put("model", model);
        answer.putArray("choices")
                .addObject()
                .put("index", 0)
                .put("finish_reason", "stop")
                .putObject(part)
                .put("role", "assistant")
                .put("content", text);
        return answer;
    }

    /** In the form of a stream, for clients that read nothing else; what is asked here is short. */
    private void stream(Context ctx, String model, String text) throws ClientGone {
        var stream = ResponseStream.events(ctx);
        stream.data(completion("chat.completion.chunk", "delta", model, text).toString());
        stream.data("[DONE]");
    }

    // ---- settings -----------------------------------------------------------------------------

    /** TaskConfigForm of the contract; what has no effect here is off. */
    private ObjectNode shown() {
        var shown = mapper.createObjectNode();
        SWITCHES.forEach(setting -> shown.put(setting.name(), settings.isOn(setting)));
        TEXTS.forEach(setting -> shown.put(setting.name(), settings.text(setting)));
        shown.put(Catalogue.AUTOCOMPLETE_LENGTH.name(), settings.number(Catalogue.AUTOCOMPLETE_LENGTH));
        shown.putObject("TASK_MODEL_PARAMS");
        return shown.put("TOOLS_FUNCTION_CALLING_PROMPT_TEMPLATE", "")
                .put("ENABLE_VOICE_MODE_PROMPT", false)
                .put("VOICE_MODE_PROMPT_TEMPLATE", "");
    }

    private void change(Context ctx) {
        var by = Caller.of(ctx).person();
        var changes = changes(body.fields(ctx));
        if (!changes.isEmpty()) {
            var detail = mapper.createObjectNode();
            changes.forEach((setting, value) -> detail.put(setting.name(), value));
            db.transaction(() -> {
                settings.set(changes, by.id());
                audit.add("settings-changed", by.id(), "settings:tasks", Caller.addressOf(ctx), detail);
                return true;
            });
        }
        ctx.json(shown());
    }

    private Map<Setting, String> changes(Fields fields) {
        var changes = new HashMap<Setting, String>();
        for (var setting : SWITCHES) {
            fields.optionalBool(setting.name())
                    .filter(wanted -> wanted != settings.isOn(setting))
                    .ifPresent(wanted -> changes.put(setting, wanted.toString()));
        }
        for (var setting : TEXTS) {
            fields.optionalText(setting.name(), 20_000)
                    .filter(wanted -> !wanted.equals(settings.text(setting)))
                    .ifPresent(wanted -> changes.put(setting, wanted));
        }
        var length = Catalogue.AUTOCOMPLETE_LENGTH;
        fields.optionalLong(length.name(), -1, 1_000_000)
                .filter(wanted -> wanted != settings.number(length))
                .ifPresent(wanted -> changes.put(length, wanted.toString()));
        return changes;
    }
}
