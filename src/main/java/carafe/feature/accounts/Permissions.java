package carafe.feature.accounts;

import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The permission tree of Open WebUI with its defaults for the role user; only the one for API keys follows a setting. */
final class Permissions {
    private static final List<String> WORKSPACE = List.of(
            "models",
            "knowledge",
            "prompts",
            "tools",
            "skills",
            "models_import",
            "models_export",
            "models_hidden",
            "prompts_import",
            "prompts_export",
            "tools_import",
            "tools_export",
            "skills_import",
            "skills_export");
    private static final List<String> SHARING = List.of(
            "models",
            "public_models",
            "knowledge",
            "public_knowledge",
            "prompts",
            "public_prompts",
            "tools",
            "public_tools",
            "skills",
            "public_skills",
            "notes",
            "public_notes",
            "folders",
            "public_chats",
            "open_chats",
            "public_calendars");
    private static final List<String> CHAT = List.of(
            "controls",
            "valves",
            "system_prompt",
            "params",
            "file_upload",
            "web_upload",
            "delete",
            "delete_message",
            "continue_response",
            "regenerate_response",
            "rate_response",
            "edit",
            "share",
            "export",
            "import",
            "stt",
            "tts",
            "call",
            "multiple_models",
            "temporary");

    private Permissions() {}

    static ObjectNode tree(LiveSettings settings) {
        var tree = JsonNodeFactory.instance.objectNode();
        all(tree.putObject("workspace"), WORKSPACE, false);
        all(tree.putObject("sharing"), SHARING, false);
        all(tree.putObject("access_grants"), List.of("allow_users", "allow_groups"), true);
        all(tree.putObject("chat"), CHAT, true).put("temporary_enforced", false);
        var features = tree.putObject("features").put("api_keys", settings.isOn(Catalogue.ENABLE_API_KEYS));
        all(
                features,
                List.of("notes", "folders", "channels", "web_search", "image_generation", "code_interpreter"),
                true);
        all(features, List.of("memories", "calendar"), true);
        all(features, List.of("encrypted_channels", "direct_tool_servers", "automations", "webhooks"), false);
        tree.putObject("settings").put("interface", true);
        return tree;
    }

    private static ObjectNode all(ObjectNode node, List<String> names, boolean value) {
        names.forEach(name -> node.put(name, value));
        return node;
    }
}
