package carafe.feature.accounts;

import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * Who may do what, as Open WebUI's permission tree: its defaults for the role user, over them what admins set for
 * everybody, and whatever one of a person's groups allows. Administrators may do everything.
 */
public final class Permissions {
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

    private final LiveSettings settings;
    private final TeamStore teams;
    private final Map<String, Boolean> operator;

    /** @param operator leaves that the environment sets; what admins set comes over them */
    Permissions(LiveSettings settings, TeamStore teams, Map<String, Boolean> operator) {
        this.settings = settings;
        this.teams = teams;
        this.operator = Map.copyOf(operator);
    }

    /** Whether the person may; {@code path} is a leaf of the tree, for example {@code workspace.models}. */
    public boolean allows(Caller.Person person, String path) {
        return person.role() == Caller.Role.ADMIN
                || of(person.id()).at("/" + path.replace('.', '/')).asBoolean();
    }

    /** @throws Problem.Forbidden where API keys are switched off, or not for this person */
    void requireKeys(Caller.Person person) {
        requireKeysOn();
        require(person, "features.api_keys");
    }

    void requireKeysOn() {
        if (!settings.isOn(Catalogue.ENABLE_API_KEYS)) {
            throw new Problem.Forbidden("API keys are switched off on this server.");
        }
    }

    /** @throws Problem.Forbidden unless the person may */
    public void require(Caller.Person person, String path) {
        if (!allows(person, path)) {
            throw new Problem.Forbidden("You do not have the permission for this (" + path + ").");
        }
    }

    /** The tree of somebody with the role user: that of everybody and of the groups, inherited ones too, by "or". */
    ObjectNode of(String accountId) {
        var tree = ofEverybody();
        teams.of(accountId).forEach(team -> allow(tree, team.permissions()));
        return tree;
    }

    /** What holds for everybody with the role user. */
    ObjectNode ofEverybody() {
        var tree = defaults();
        replace(tree, Texts.object(settings.text(Catalogue.USER_PERMISSIONS)));
        return tree;
    }

    /** Sets what holds for everybody; leaves that are not named keep their default. */
    ObjectNode set(ObjectNode wanted, String by) {
        var text = trimmed(wanted).toString();
        settings.set(Map.of(Catalogue.USER_PERMISSIONS, text), by);
        return ofEverybody();
    }

    /** The leaves of {@code wanted} that this program knows. @throws Problem.Unprocessable when one is no boolean */
    ObjectNode trimmed(ObjectNode wanted) {
        var known = defaults();
        var kept = JsonNodeFactory.instance.objectNode();
        for (var section : wanted.properties()) {
            if (section.getValue() instanceof ObjectNode leaves
                    && known.get(section.getKey()) instanceof ObjectNode have) {
                for (var leaf : leaves.properties()) {
                    if (have.has(leaf.getKey())) {
                        var where = section.getKey() + "." + leaf.getKey();
                        if (!leaf.getValue().isBoolean()) {
                            throw new Problem.Unprocessable("'" + where + "' must be true or false.", where);
                        }
                        kept.withObject("/" + section.getKey()).set(leaf.getKey(), leaf.getValue());
                    }
                }
            }
        }
        return kept;
    }

    private static void replace(ObjectNode tree, ObjectNode by) {
        each(tree, by, (section, name, wanted) -> section.put(name, wanted));
    }

    private static void allow(ObjectNode tree, ObjectNode more) {
        each(
                tree,
                more,
                (section, name, wanted) ->
                        section.put(name, wanted || section.get(name).asBoolean()));
    }

    private interface Leaf {
        void visit(ObjectNode section, String name, boolean wanted);
    }

    private static void each(ObjectNode tree, ObjectNode other, Leaf leaf) {
        for (var section : tree.properties()) {
            if (section.getValue() instanceof ObjectNode known
                    && other.get(section.getKey()) instanceof ObjectNode given) {
                for (var field : given.properties()) {
                    if (known.has(field.getKey()) && field.getValue().isBoolean()) {
                        leaf.visit(known, field.getKey(), field.getValue().booleanValue());
                    }
                }
            }
        }
    }

    /** Open WebUI's own defaults and the operator's over them; the one for API keys follows their switch. */
    ObjectNode defaults() {
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
        operator.forEach((leaf, value) -> {
            var path = leaf.split("\\.", 2);
            ((ObjectNode) tree.get(path[0])).put(path[1], value.booleanValue());
        });
        return tree;
    }

    private static ObjectNode all(ObjectNode node, List<String> names, boolean value) {
        names.forEach(name -> node.put(name, value));
        return node;
    }
}
