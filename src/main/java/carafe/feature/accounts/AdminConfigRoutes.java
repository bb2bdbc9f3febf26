package carafe.feature.accounts;

import carafe.platform.audit.AuditLog;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Setting;
import carafe.platform.db.Db;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of accounts for admins. Open WebUI's page sends and expects all of its keys: what Carafe has not got is
 * answered as switched off, and what is sent for it is ignored.
 */
final class AdminConfigRoutes {
    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);
    private static final int MAX_TEXT = 4_000;

    private static final List<Setting> SWITCHES = List.of(
            Catalogue.ENABLE_API_KEYS,
            Catalogue.LOGIN_FORM,
            Catalogue.FOLDERS,
            Catalogue.SHOW_ADMIN,
            Catalogue.COMMUNITY_SHARING,
            Catalogue.MESSAGE_RATING,
            Catalogue.USER_STATUS);
    private static final List<Setting> TEXTS = List.of(
            Catalogue.DEFAULT_ROLE,
            Catalogue.DEFAULT_GROUP,
            Catalogue.FOLDER_FILES,
            Catalogue.JWT_EXPIRES,
            Catalogue.ADMIN_EMAIL,
            Catalogue.WEBUI_URL,
            Catalogue.PENDING_TITLE,
            Catalogue.PENDING_CONTENT,
            Catalogue.WATERMARK);
    private static final List<String> OFF = List.of(
            "ENABLE_MFA",
            "MFA_ALLOW_OAUTH_BYPASS",
            "MFA_ALLOW_TRUSTED_HEADER_BYPASS",
            "ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS",
            "ENABLE_AUTOMATIONS",
            "ENABLE_CHANNELS",
            "ENABLE_ENCRYPTED_CHANNELS",
            "ENABLE_APPS",
            "ENABLE_CALENDAR",
            "ENABLE_MEMORIES",
            "ENABLE_MEMORY_SYSTEM_CONTEXT",
            "ENABLE_SKILL_LAZY_LOADING",
            "ENABLE_NOTES",
            "ENABLE_USER_WEBHOOKS");
    private static final List<String> UNSET = List.of(
            "AUTOMATION_MAX_COUNT",
            "AUTOMATION_MIN_INTERVAL",
            "SKILL_CONTENT_MAX_CHARS",
            "SKILL_PREVIEW_MAX_CHARS",
            "CHANNEL_MODEL_RESPONSE_MODE");

    private final Db db;
    private final LiveSettings settings;
    private final SignIn signIn;
    private final AccountStore accounts;
    private final AuditLog audit;
    private final Body body;

    AdminConfigRoutes(Db db, LiveSettings settings, SignIn signIn, AccountStore accounts, AuditLog audit, Body body) {
        this.db = db;
        this.settings = settings;
        this.signIn = signIn;
        this.accounts = accounts;
        this.audit = audit;
        this.body = body;
    }

    void register(Routes routes) {
        routes.get("/api/v1/auths/admin/config", ADMIN, ctx -> ctx.json(shown()));
        routes.post("/api/v1/auths/admin/config", ADMIN, this::change);
        routes.get("/api/v1/auths/admin/details", Rule.of(Surface.WEBUI, Access.ANY), this::details);
    }

    private void change(Context ctx) {
        var by = Caller.of(ctx).person();
        var changes = changes(body.fields(ctx));
        if (!changes.isEmpty()) {
            var detail = JsonNodeFactory.instance.objectNode();
            changes.forEach((setting, value) -> detail.put(setting.name(), value));
            store(changes, by, detail, Caller.addressOf(ctx));
        }
        ctx.json(shown());
    }

    private void store(Map<Setting, String> changes, Caller.Person by, ObjectNode detail, String ip) {
        try {
            db.transaction(() -> {
                settings.set(changes, by.id());
                audit.add("settings-changed", by.id(), "settings:accounts", ip, detail);
                return true;
            });
        } catch (IllegalArgumentException e) {
            throw new Problem.Unprocessable(String.valueOf(e.getMessage()), null);
        }
    }

    /** Only what differs: the page sends everything back, and an untouched value must not become a stored one. */
    private Map<Setting, String> changes(Fields fields) {
        var changes = new HashMap<Setting, String>();
        fields.optionalBool(Catalogue.ENABLE_SIGNUP.name())
                .filter(wanted -> wanted != signIn.signUpOpen())
                .ifPresent(wanted -> changes.put(Catalogue.ENABLE_SIGNUP, wanted.toString()));
        for (var setting : SWITCHES) {
            fields.optionalBool(setting.name())
                    .filter(wanted -> wanted != settings.isOn(setting))
                    .ifPresent(wanted -> changes.put(setting, wanted.toString()));
        }
        for (var setting : TEXTS) {
            fields.optionalText(setting.name(), MAX_TEXT)
                    .map(String::strip)
                    .filter(wanted -> !wanted.equals(settings.text(setting)))
                    .ifPresent(wanted -> changes.put(setting, wanted));
        }
        return changes;
    }

    private ObjectNode shown() {
        var shown = JsonNodeFactory.instance.objectNode();
        shown.put(Catalogue.ENABLE_SIGNUP.name(), signIn.signUpOpen());
        SWITCHES.forEach(setting -> shown.put(setting.name(), settings.isOn(setting)));
        TEXTS.forEach(setting -> shown.put(setting.name(), settings.text(setting)));
        OFF.forEach(name -> shown.put(name, false));
        UNSET.forEach(shown::putNull);
        shown.put("API_KEYS_ALLOWED_ENDPOINTS", "");
        shown.putObject("DEFAULT_INTERFACE_SETTINGS");
        shown.putObject("I18N");
        return shown;
    }

    /** Whom to ask for approval. */
    private void details(Context ctx) {
        var answer = JsonNodeFactory.instance.objectNode().putNull("name").putNull("email");
        var admin = settings.isOn(Catalogue.SHOW_ADMIN) ? accounts.firstAdmin() : java.util.Optional.<Account>empty();
        admin.ifPresent(account -> {
            var address = settings.text(Catalogue.ADMIN_EMAIL);
            answer.put("name", account.name()).put("email", address.isEmpty() ? account.email() : address);
        });
        ctx.json(answer);
    }
}
