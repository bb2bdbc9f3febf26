package carafe.feature.accounts;

import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Fields;
import carafe.platform.http.Page;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code /api/users} of the course contract: learners by number. In an open class anybody may add one. */
public final class LearnerRoutes {
    private static final int MOST_SETTINGS = 64 * 1024;
    private static final int PAGE = 50;

    private final Learners learners;
    private final Body body;
    private final boolean open;

    /** @param open strangers may add and be any learner who cannot sign in */
    public LearnerRoutes(Learners learners, Body body, boolean open) {
        this.learners = learners;
        this.body = body;
        this.open = open;
    }

    public void register(Routes routes) {
        var anybody = Rule.of(Permission.VIEW_LESSONS, open);
        var manager = Rule.of(Permission.MANAGE_USERS, false);
        routes.get("/api/users/current", anybody, this::current);
        routes.get("/api/users", manager, this::list);
        routes.post("/api/users", open ? anybody : manager, this::create);
        routes.get("/api/users/{id}", anybody, ctx -> ctx.json(json(learner(ctx))));
        routes.put("/api/users/{id}", anybody, this::update);
        routes.post("/api/users/{id}/login", anybody, this::login);
        routes.put("/api/users/{id}/role", manager, this::appoint);
    }

    private void current(Context ctx) {
        if (Caller.of(ctx) instanceof Caller.Anonymous) {
            ctx.json(json(learners.local()));
            return;
        }
        var person = Caller.of(ctx).person();
        var answer = json(learners.find(person.num()).orElseThrow(() -> unknown(Long.toString(person.num()))));
        var held = answer.putArray("permissions");
        for (var permission : Permission.values()) {
            if (permission.heldBy(Caller.of(ctx))) {
                held.add(permission.wire());
            }
        }
        ctx.json(answer);
    }

    private void list(Context ctx) {
        var answer = JsonNodeFactory.instance.objectNode();
        var users = answer.putArray("users");
        learners.list(Page.query(ctx), PAGE, Page.offset(ctx, PAGE)).forEach(learner -> users.add(json(learner)));
        ctx.json(answer);
    }

    private void create(Context ctx) {
        var fields = body.fields(ctx);
        var username = fields.text("username", 50).strip();
        var settings = settings(fields).orElseGet(JsonNodeFactory.instance::objectNode);
        ctx.json(json(learners.create(username, fullName(fields).orElse(username), settings)));
    }

    private static Optional<ObjectNode> settings(Fields fields) {
        var settings = fields.optionalObject("settings").map(Fields::node);
        if (settings.isPresent() && settings.get().toString().length() > MOST_SETTINGS) {
            throw new Problem.Unprocessable("'settings' is larger than 64 kB.", "settings");
        }
        return settings;
    }

    private static Optional<String> fullName(Fields fields) {
        return fields.optionalText("full_name", 100).map(String::strip).filter(name -> !name.isEmpty());
    }

    private void update(Context ctx) {
        var learner = learner(ctx);
        var fields = body.fields(ctx);
        var settings = settings(fields);
        fullName(fields).ifPresent(name -> learners.rename(learner.id(), NewAccount.name(name)));
        settings.ifPresent(own -> learners.setSettings(learner.id(), own));
        ctx.json(json(learners.find(learner.num()).orElse(learner)));
    }

    private void login(Context ctx) {
        var learner = learner(ctx);
        learners.saw(learner.id());
        var now = learners.find(learner.num()).orElse(learner);
        ctx.json(Map.of("success", true, "last_login", time(now.lastLogin() == null ? 0 : now.lastLogin())));
    }

    private void appoint(Context ctx) {
        var learner = learner(ctx);
        var role = body.fields(ctx).text("role", 20);
        var standing = Caller.Standing.of(role);
        var account = switch (role) {
            case "guest", "user", "teacher" -> Caller.Role.USER;
            case "admin" -> Caller.Role.ADMIN;
            default -> throw new Problem.Unprocessable("'role' must be guest, user, teacher or admin.", "role");
        };
        ctx.json(
                json(learners.appoint(learner, account, standing, Caller.of(ctx).person(), Caller.addressOf(ctx))));
    }

    /** The one of the path, if the caller may act for them. */
    private Learner learner(Context ctx) {
        var id = ctx.pathParam("id");
        if (!id.matches("[1-9]\\d{0,17}")) {
            throw unknown(id);
        }
        var caller = Caller.of(ctx);
        boolean own = !(caller instanceof Caller.Anonymous) && caller.person().num() == Long.parseLong(id);
        if (!own && !open && !Permission.MANAGE_USERS.heldBy(caller)) {
            throw notYours();
        }
        var learner = learners.find(Long.parseLong(id)).orElseThrow(() -> unknown(id));
        if (!own && learner.signsIn() && !Permission.MANAGE_USERS.heldBy(caller)) {
            throw notYours();
        }
        return learner;
    }

    private static Problem notYours() {
        return new Problem.Course(
                CourseCode.AUTHORIZATION_ERROR,
                "Insufficient permissions",
                JsonNodeFactory.instance.objectNode().put("resource", Permission.MANAGE_USERS.wire()));
    }

    private static Problem unknown(String id) {
        return new Problem.Course(
                CourseCode.USER_NOT_FOUND,
                "user not found: " + id,
                JsonNodeFactory.instance.objectNode().put("resource", "user").put("resource_id", id));
    }

    private ObjectNode json(Learner learner) {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("id", learner.num())
                .put("username", learner.username())
                .put("full_name", learner.fullName())
                .put("created_at", time(learner.createdAt()))
                .put("last_login", learner.lastLogin() == null ? null : time(learner.lastLogin()));
        json.set("settings", learners.settings(learner.id()));
        return json.put("role", role(learner));
    }

    private static String role(Learner learner) {
        return learner.role() != Caller.Role.USER || learner.standing() == Caller.Standing.USUAL
                ? learner.role().wire()
                : learner.standing().name().toLowerCase(Locale.ROOT);
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
