package carafe.platform.ops;

import carafe.platform.config.Config;
import carafe.platform.http.Access;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import java.util.Map;

/** The two facts about the settings that anybody may know; all others are for administrators. */
public final class SettingRoutes {
    private final Map<String, Object> shown;

    public SettingRoutes(Config.Logs logs) {
        this.shown =
                Map.of("environment", logs.environment(), "debug", logs.level().equals("DEBUG"));
    }

    public void register(Routes routes) {
        routes.get("/config", Rule.of(Surface.WEBUI, Access.PUBLIC), ctx -> ctx.json(shown));
    }
}
