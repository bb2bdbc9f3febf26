package carafe.feature.accounts;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Map;

/** Keys by name, under the addresses of the local-chat API; a key cannot make another. */
final class NamedKeyRoutes {
    private static final int MAX_NAME = 100;

    private final NamedKeys keys;
    private final Permissions permissions;
    private final Body body;
    private final ObjectMapper mapper;

    NamedKeyRoutes(NamedKeys keys, Permissions permissions, ObjectMapper mapper) {
        this.keys = keys;
        this.permissions = permissions;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    void register(Routes routes) {
        var rule = Rule.of(Surface.LOCAL, Access.USER);
        routes.post("/api/api-keys", rule, this::make);
        routes.get("/api/api-keys", rule, this::list);
        routes.delete("/api/api-keys/{id}", rule, ctx -> {
            done(ctx, keys.delete(owner(ctx), ctx.pathParam("id"), Caller.addressOf(ctx)), "deleted");
        });
        routes.post("/api/api-keys/{id}/deactivate", rule, ctx -> switchTo(ctx, false, "deactivated"));
        routes.post("/api/api-keys/{id}/activate", rule, ctx -> switchTo(ctx, true, "activated"));
    }

    private Caller.Person owner(Context ctx) {
        if (!(Caller.of(ctx) instanceof Caller.Person person)) {
            throw new Problem.Forbidden("API keys cannot be used here; sign in.");
        }
        permissions.requireKeys(person);
        return person;
    }

    private void make(Context ctx) {
        var owner = owner(ctx);
        var name = NewAccount.name(body.fields(ctx).text("name", MAX_NAME));
        var made = keys.make(owner, name, Caller.addressOf(ctx));
        ctx.header("Cache-Control", "no-store");
        ctx.json(json(made.key()).put("key", made.secret().reveal()));
    }

    private void list(Context ctx) {
        var answer = mapper.createObjectNode();
        var data = answer.putArray("data");
        keys.list(owner(ctx).id()).forEach(key -> data.add(json(key)));
        ctx.json(answer);
    }

    private ObjectNode json(NamedKeys.NamedKey key) {
        return mapper.createObjectNode()
                .put("id", key.id())
                .put("name", key.name())
                .put("created_at", Instant.ofEpochMilli(key.createdAt()).toString())
                .put("is_active", key.active());
    }

    private void switchTo(Context ctx, boolean active, String done) {
        done(ctx, keys.switchTo(active, owner(ctx), ctx.pathParam("id"), Caller.addressOf(ctx)), done);
    }

    private static void done(Context ctx, boolean found, String what) {
        if (!found) {
            throw new Problem.NotFound("API key");
        }
        ctx.json(Map.of("message", "The API key was " + what + "."));
    }
}
