package carafe.feature.chats.turns;

import carafe.feature.files.UserFiles;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Chat completion requests of Open WebUI's API that mean no turn of a chat, but say more than the OpenAI API knows: model
 * servers refuse a request with fields that are strange to them.
 */
public final class PlainCalls {
    private static final List<String> OURS = List.of(
            "files",
            "params",
            "chat_id",
            "session_id",
            "id",
            "parent_id",
            "message_ids",
            "user_message",
            "parent_message",
            "assistant_message_id",
            "regeneration_message_id",
            "regeneration_prompt",
            "background_tasks",
            "features",
            "variables",
            "chat_variables",
            "folder_id",
            "model_item",
            "tool_ids",
            "tool_servers",
            "skill_ids",
            "filter_ids",
            "terminal_id");

    private final Prompt prompt;

    public PlainCalls(UserFiles files, ObjectMapper mapper) {
        this.prompt = new Prompt(new Attachments(files), mapper);
    }

    /**
     * Makes {@code request} one that model servers understand: {@code files} of the caller go into its last question in
     * full, {@code params} stand beside what it says itself, and the rest is taken out.
     *
     * @return false when there was nothing to change
     */
    public boolean prepare(Caller caller, ObjectNode request) {
        if (OURS.stream().noneMatch(request::has)) {
            return false;
        }
        if (request.path("messages") instanceof ArrayNode messages) {
            prompt.attach(messages, request.path("files"), caller.person().id());
        }
        var params = Prompt.Params.of(new Fields(request, "").optionalObject("params"));
        request.remove(OURS);
        params.request().properties().forEach(param -> {
            if (!request.has(param.getKey())) {
                request.set(param.getKey(), param.getValue());
            }
        });
        return true;
    }
}
