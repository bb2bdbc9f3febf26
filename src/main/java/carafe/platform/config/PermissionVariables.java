package carafe.platform.config;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Open WebUI's variables {@code USER_PERMISSIONS_…}, each a switch over one leaf of the permission tree: what accounts of
 * role user may unless admins say otherwise. Its names do not follow the tree, hence this table.
 */
final class PermissionVariables {
    /** Endings of the variables, and the leaves that they set. */
    private static final Map<String, String> LEAVES = leaves();

    private PermissionVariables() {}

    private static Map<String, String> leaves() {
        var leaves = new HashMap<String, String>();
        for (var kind : Set.of("models", "knowledge", "prompts", "tools", "skills")) {
            leaves.put("workspace_" + kind + "_access", "workspace." + kind);
            leaves.put("workspace_" + kind + "_allow_sharing", "sharing." + kind);
            leaves.put("workspace_" + kind + "_allow_public_sharing", "sharing.public_" + kind);
            if (!kind.equals("knowledge")) {
                leaves.put("workspace_" + kind + "_import", "workspace." + kind + "_import");
                leaves.put("workspace_" + kind + "_export", "workspace." + kind + "_export");
            }
        }
        leaves.put("workspace_models_hidden", "workspace.models_hidden");
        leaves.put("notes_allow_sharing", "sharing.notes");
        leaves.put("notes_allow_public_sharing", "sharing.public_notes");
        leaves.put("folders_allow_sharing", "sharing.folders");
        leaves.put("calendar_allow_public_sharing", "sharing.public_calendars");
        leaves.put("chat_allow_public_sharing", "sharing.public_chats");
        leaves.put("chat_allow_open_sharing", "sharing.open_chats");
        leaves.put("access_grants_allow_users", "access_grants.allow_users");
        leaves.put("access_grants_allow_groups", "access_grants.allow_groups");
        leaves.put("settings_interface", "settings.interface");
        leaves.put("features_user_webhooks", "features.webhooks");
        for (var leaf : Set.of(
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
                "temporary",
                "temporary_enforced")) {
            leaves.put("chat_" + leaf, "chat." + leaf);
        }
        for (var leaf : Set.of(
                "direct_tool_servers",
                "web_search",
                "image_generation",
                "code_interpreter",
                "folders",
                "notes",
                "channels",
                "encrypted_channels",
                "api_keys",
                "memories",
                "automations",
                "calendar")) {
            leaves.put("features_" + leaf, "features." + leaf);
        }
        return Map.copyOf(leaves);
    }

    /** What was set, by leaf, for example {@code chat.delete}. A name that is none, or no switch, is a mistake. */
    static Map<String, Boolean> read(Environment env) {
        var read = new TreeMap<String, Boolean>();
        env.byEnding(Catalogue.USER_PERMISSIONS).forEach((ending, value) -> {
            var leaf = LEAVES.get(ending);
            var name = Catalogue.USER_PERMISSIONS.name() + "_" + ending.toUpperCase(Locale.ROOT);
            if (leaf == null) {
                env.mistake(name, value, "a permission; there is none of this name");
            } else if (value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false")) {
                read.put(leaf, Boolean.parseBoolean(value.toLowerCase(Locale.ROOT)));
            } else {
                env.mistake(name, value, "true or false");
            }
        });
        return read;
    }
}
