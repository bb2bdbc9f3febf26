package carafe.feature.workflows;

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
import java.util.function.Supplier;

/** The apps of an account, and for administrators all with the one that comes with the server. */
final class AppRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final String APPS = "/api/v1/workflow-apps";
    private static final int MOST_A_PERSON = 100;

    private final FlowApps apps;
    private final Supplier<String> ids;
    private final Body body;
    private final ObjectMapper mapper;

    AppRoutes(FlowApps apps, Supplier<String> ids, ObjectMapper mapper) {
        this.apps = apps;
        this.ids = ids;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    void register(Routes routes) {
        routes.get(APPS, USER, this::list);
        routes.post(APPS, USER, this::create);
        routes.get(APPS + "/{id}/secret", USER.withMaxBody(0), this::secret);
        routes.delete(APPS + "/{id}", USER, this::delete);
    }

    private void list(Context ctx) {
        var answer = mapper.createObjectNode();
        var list = answer.putArray("apps");
        apps.of(Party.of(Caller.of(ctx))).forEach(app -> list.add(json(app)));
        ctx.json(answer);
    }

    private ObjectNode json(FlowApps.App app) {
        return mapper.createObjectNode()
                .put("id", app.id())
                .put("name", app.name())
                .put("api_key", app.key())
                .put("tenant", app.tenant())
                .put("account_id", app.accountId());
    }

    private void create(Context ctx) {
        var person = Caller.of(ctx).person();
        var name = body.fields(ctx).text("name", 100);
        if (apps.of(new Party("", person.id(), false)).size() >= MOST_A_PERSON) {
            throw new Problem.Conflict("You have " + MOST_A_PERSON + " apps; delete one first.");
        }
        var made = apps.create(person.id(), ids.get(), name);
        ctx.status(201)
                .json(json(made.getKey()).put("api_secret", made.getValue().reveal()));
    }

    private FlowApps.App own(Context ctx) {
        var party = Party.of(Caller.of(ctx));
        return apps.find(ctx.pathParam("id"))
                .filter(app -> party.owns(app.accountId(), ""))
                .orElseThrow(() -> new Problem.NotFound("app"));
    }

    private void secret(Context ctx) {
        var secret = apps.secret(own(ctx).id()).orElseThrow(() -> new Problem.NotFound("secret"));
        ctx.header("Cache-Control", "no-store");
        ctx.json(mapper.createObjectNode().put("api_secret", secret.reveal()));
    }

    private void delete(Context ctx) {
        if (!apps.delete(own(ctx).id())) {
            throw new Problem.Conflict("This app comes with the server and stays.");
        }
        ctx.status(204);
    }
}
