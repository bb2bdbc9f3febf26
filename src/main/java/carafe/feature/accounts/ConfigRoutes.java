package carafe.feature.accounts;

import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Setting;
import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What front ends ask first: which server this is, and what it can do. A feature that is not there is never shown. */
final class ConfigRoutes {
    private static final Rule PUBLIC = Rule.of(Surface.WEBUI, Access.PUBLIC);
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final List<String> FEATURES = List.of(
            "enable_version_update_check",
            "enable_pyodide_file_persistence",
            "enable_public_active_users_count",
            "enable_easter_eggs",
            "enable_direct_connections",
            "enable_direct_integrations",
            "enable_plugins",
            "enable_tools",
            "enable_functions",
            "enable_tool_servers",
            "enable_terminal_servers",
            "enable_folders",
            "enable_channels",
            "enable_encrypted_channels",
            "enable_apps",
            "enable_calendar",
            "enable_automations",
            "enable_notes",
            "enable_context_compaction",
            "enable_tool_permissions",
            "enable_web_search",
            "enable_web_search_confirmation",
            "enable_code_execution",
            "enable_code_interpreter",
            "enable_image_generation",
            "enable_autocomplete_generation",
            "enable_title_generation",
            "enable_follow_up_generation",
            "enable_tags_generation",
            "enable_community_sharing",
            "enable_message_rating",
            "enable_user_webhooks",
            "enable_user_status",
            "enable_admin_export",
            "enable_admin_chat_access",
            "enable_admin_analytics",
            "enable_google_drive_integration",
            "enable_onedrive_integration",
            "enable_memories",
            "enable_subagents");

    /** Features that admins switch. */
    private static final Map<String, Setting> SWITCHED = Map.of(
            "enable_title_generation", Catalogue.ENABLE_TITLES,
            "enable_tags_generation", Catalogue.ENABLE_TAGS,
            "enable_follow_up_generation", Catalogue.ENABLE_FOLLOW_UPS,
            "enable_autocomplete_generation", Catalogue.ENABLE_AUTOCOMPLETE);

    private final LiveSettings settings;
    private final Permissions permissions;
    private final SignIn signIn;
    private final AccountStore accounts;
    private final boolean auth;
    private final String name;
    private final String version;
    private final Set<String> present;
    private final ModelsInUse inUse;
    private final Clock clock;

    ConfigRoutes(
            LiveSettings settings,
            Permissions permissions,
            SignIn signIn,
            AccountStore accounts,
            Accounts.Options options,
            ModelsInUse inUse,
            Clock clock) {
        this.settings = settings;
        this.permissions = permissions;
        this.signIn = signIn;
        this.accounts = accounts;
        this.auth = options.auth();
        this.name = options.name();
        this.version = options.version();
        this.present = Set.copyOf(options.features());
        this.inUse = inUse;
        this.clock = clock;
    }

    void register(Routes routes) {
        routes.get("/api/config", PUBLIC, this::config);
        routes.get("/api/version", PUBLIC, this::version);
        routes.get("/version", PUBLIC, this::version);
        routes.get("/api/changelog", PUBLIC, ctx -> ctx.json(Map.of()));
        routes.get("/api/version/updates", USER, ctx -> ctx.json(Map.of("current", version, "latest", version)));
        routes.get("/api/usage", USER, this::usage);
    }

    private void config(Context ctx) {
        var body = JsonNodeFactory.instance.objectNode();
        if (!accounts.any()) {
            body.put("onboarding", true);
        }
        body.put("status", true)
                .put("name", name)
                .put("version", version)
                .put("default_locale", settings.text(Catalogue.LOCALE));
        body.putObject("i18n");
        body.putObject("oauth").put("auto_redirect", false).putObject("providers");
        var features = publicFeatures(body.putObject("features"));
        switch (Caller.of(ctx)) {
            case Caller.Anonymous nobody -> {}
            case Caller.FlowApp app -> {}
            case Caller.Person person -> signedIn(body, features, person);
            case Caller.Key key -> signedIn(body, features, key.owner());
        }
        ctx.header("Cache-Control", "no-store");
        ctx.json(body);
    }

    private ObjectNode publicFeatures(ObjectNode features) {
        boolean keys = settings.isOn(Catalogue.ENABLE_API_KEYS);
        return features.put("slim", false)
                .put("auth", auth)
                .put("auth_trusted_header", false)
                .put("enable_signup_password_confirmation", false)
                .put("enable_ldap", false)
                .put("enable_signup", signIn.signUpOpen())
                .put("enable_login_form", settings.isOn(Catalogue.LOGIN_FORM))
                .put("enable_websocket", present.contains("enable_websocket"))
                .put("enable_api_key", keys);
    }

    private void signedIn(ObjectNode body, ObjectNode features, Caller.Person person) {
        features.put("enable_api_keys", settings.isOn(Catalogue.ENABLE_API_KEYS))
                .put("enable_password_change_form", true)
                .put("folder_max_file_count", settings.text(Catalogue.FOLDER_FILES))
                .put("web_search_confirmation_content", "");
        FEATURES.forEach(name -> features.put(name, present.contains(name)));
        features.put("enable_message_rating", settings.isOn(Catalogue.MESSAGE_RATING))
                .put("enable_community_sharing", settings.isOn(Catalogue.COMMUNITY_SHARING))
                .put("enable_user_status", settings.isOn(Catalogue.USER_STATUS))
                .put("enable_folders", settings.isOn(Catalogue.FOLDERS))
                .put("enable_public_active_users_count", true);
        SWITCHED.forEach((name, setting) -> features.put(name, present.contains(name) && settings.isOn(setting)));
        var ui = body.putObject("ui")
                .put("pending_user_overlay_title", settings.text(Catalogue.PENDING_TITLE))
                .put("pending_user_overlay_content", settings.text(Catalogue.PENDING_CONTENT));
        if (person.role() == Caller.Role.PENDING) {
            return;
        }
        ui.put("response_watermark", settings.text(Catalogue.WATERMARK)).put("iframe_csp", "");
        ui.putObject("default_interface_settings");
        ui.set("visibility", Texts.object(settings.text(Catalogue.VISIBILITY)));
        var models = settings.text(Catalogue.DEFAULT_MODELS);
        body.put("default_models", models.isEmpty() ? null : models)
                .put("default_pinned_models", settings.text(Catalogue.PINNED_MODELS));
        var suggestions = Texts.array(settings.text(Catalogue.SUGGESTIONS));
        body.set("default_prompt_suggestions", suggestions.isEmpty() ? null : suggestions);
        body.putObject("default_prompt_suggestions_i18n");
        body.putNull("license_metadata");
        body.putObject("code").put("engine", "").put("interpreter_engine", "");
        media(body);
        body.set("permissions", permissions.ofEverybody());
    }

    private void media(ObjectNode body) {
        var audio = body.putObject("audio");
        audio.putObject("realtime").put("enabled", false).put("model", "").put("voice", "");
        audio.putObject("tts").put("engine", "").put("voice", "").put("split_on", "punctuation");
        audio.putObject("stt").put("engine", "");
        var file = body.putObject("file");
        number(file, "max_size", Catalogue.FILE_MAX_SIZE);
        number(file, "max_count", Catalogue.FILE_MAX_COUNT);
        var picture = file.putObject("image_compression");
        number(picture, "width", Catalogue.IMAGE_WIDTH);
        number(picture, "height", Catalogue.IMAGE_HEIGHT);
        body.putObject("google_drive").put("client_id", "").put("api_key", "");
        body.putObject("onedrive")
                .put("client_id_personal", "")
                .put("client_id_business", "")
                .put("sharepoint_url", "")
                .put("sharepoint_tenant_id", "");
    }

    /** Null when unset, which to the front end means no limit. */
    private void number(ObjectNode node, String name, Setting setting) {
        var text = settings.text(setting);
        node.put(name, text.matches("[1-9]\\d{0,8}") ? Integer.valueOf(text) : null);
    }

    /** Open WebUI's keys and those of the course API, which live at the same address. */
    private void version(Context ctx) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("version", version)
                // pages reload when it changes, so it must be the same on all nodes and after a restart
                .put("deployment_id", version)
                .put("current_version", "v1")
                .put("latest_version", "v1");
        body.putArray("supported_versions").add("v1");
        body.putArray("deprecated_versions");
        body.putObject("version_info")
                .putObject("v1")
                .put("status", "stable")
                .put("release_date", "2026-01-08")
                .putNull("deprecation_date")
                .putNull("end_of_life_date")
                .put("description", "The first version of the course API.");
        ctx.json(body);
    }

    private void usage(Context ctx) {
        var body = JsonNodeFactory.instance.objectNode();
        var models = body.putArray("model_ids");
        inUse.ids().forEach(models::add);
        ctx.json(body.put("user_count", accounts.activeSince(clock.millis() - 180_000)));
    }
}
