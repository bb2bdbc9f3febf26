package carafe.platform.ops;

import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import carafe.platform.ops.HealthCheck.Status;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Map;

/** How the server does, for people and probes. Strangers learn what fails, administrators also why. */
public final class HealthRoutes {
    private static final Rule ANYBODY = Rule.of(Surface.WEBUI, Access.PUBLIC);

    private final Health health;
    private final Readiness readiness;
    private final Clock clock;

    public HealthRoutes(Health health, Readiness readiness, Clock clock) {
        this.health = health;
        this.readiness = readiness;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/health", ANYBODY, this::all);
        routes.get("/health/live", ANYBODY, ctx -> ctx.json(Map.of("status", "alive")));
        routes.get("/health/ready", ANYBODY, this::ready);
        routes.get("/health/db", ANYBODY, ctx -> answer(ctx, essentialsHold()));
        routes.get("/ready", ANYBODY, ctx -> answer(ctx, readiness.isReady() && essentialsHold()));
    }

    private void all(Context ctx) {
        var components = health.components();
        var worst = Health.worst(components);
        var body = JsonNodeFactory.instance.objectNode();
        body.put("status", worst.wire()).put("timestamp", clock.instant().toString());
        var checks = body.putObject("checks");
        boolean admin = Caller.of(ctx).isAdmin();
        for (var component : components) {
            checks.set(component.check().name(), shown(component, admin));
            component.check().aliases().forEach(alias -> checks.set(alias, shown(component, admin)));
        }
        ctx.status(worst == Status.UNHEALTHY ? 503 : 200).json(body);
    }

    private static ObjectNode shown(Health.Component component, boolean admin) {
        var result = component.measured().result();
        var shown = JsonNodeFactory.instance.objectNode();
        shown.put("status", result.status().wire());
        shown.put("latency_ms", component.measured().millis());
        result.figures().forEach(shown::put);
        if (result.details() != null) {
            shown.put("details", result.details());
        }
        if (result.error() != null) {
            shown.put(
                    "error",
                    admin ? Redaction.text(result.error()) : "This part does not answer; the administrator sees why.");
        }
        return shown;
    }

    private void ready(Context ctx) {
        boolean ready = readiness.isReady() && essentialsHold();
        ctx.status(ready ? 200 : 503).json(Map.of("status", ready ? "ready" : "not_ready"));
    }

    /** The shape of Open WebUI. */
    private static void answer(Context ctx, boolean good) {
        ctx.status(good ? 200 : 503).json(Map.of("status", good));
    }

    private boolean essentialsHold() {
        return Health.worst(health.essentials()) != Status.UNHEALTHY;
    }
}
