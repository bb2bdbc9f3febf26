package carafe.feature.models;

import carafe.engine.llm.local.Gguf;
import carafe.engine.llm.local.LocalModel;
import carafe.engine.llm.local.LocalModels;
import carafe.engine.llm.local.ModelAdd;
import carafe.engine.llm.local.ModelAdds;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** How local models look to the admin page. */
final class LocalModelJson {
    private LocalModelJson() {}

    static ObjectNode list(LocalModels local, ModelAdds adds) throws IOException {
        var answer = JsonNodeFactory.instance.objectNode();
        var models = answer.putArray("models");
        long resident = 0;
        for (var model : local.list()) {
            models.add(model(model));
            resident += model.resident() == null ? 0 : model.resident();
        }
        var running = answer.putArray("adds");
        adds.list().forEach(add -> running.add(add(add)));
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        var settings = local.settings();
        answer.putObject("memory")
                .put("budget", settings.memoryBudget())
                .put("reserved", local.reserved())
                .put("resident", resident)
                .put("machine", system.getTotalMemorySize());
        answer.putObject("limits")
                .put("file", adds.mostBytes())
                .put("disk_free", local.files().free())
                .put("threads", settings.threads())
                .put("slots", settings.slots())
                .put("context", settings.context())
                .put("idle_seconds", settings.idle().toSeconds());
        return answer.put("hint", "java -jar carafe.jar model add <path | address | wheel>");
    }

    static ObjectNode model(LocalModel model) {
        var header = model.header();
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("id", model.id())
                .put("name", model.name())
                .put("file", model.file().getFileName().toString())
                .put("size", model.size())
                .put("architecture", model.architecture())
                .put("quantization", header == null ? null : header.quantisation())
                .put("context", model.context())
                .put("license", model.licence())
                .put("chat_template", header != null && header.chatTemplate())
                .put("state", model.state().name().toLowerCase(Locale.ROOT))
                .put("reason", model.reason())
                .put("resident", model.resident());
        var memory = model.memory();
        if (memory != null) {
            node.putObject("memory")
                    .put("answers", memory.answers())
                    .put("slots", memory.slots())
                    .put("context", memory.context())
                    .put("reserved", memory.reserved())
                    .put("resident", memory.resident())
                    .put("loading_ms", memory.loadingMs());
        }
        return node;
    }

    static ObjectNode details(LocalModel model, LocalModels local) throws IOException {
        var node = model(model);
        var file = local.files().find(model.id());
        if (file.isPresent()) {
            var record = local.files().record(file.get());
            node.put("sha256", record.path("sha256").asText(null))
                    .put("source", record.path("source").asText(null))
                    .put("added", record.path("added").asText(null));
        }
        if (model.header() != null) {
            var texts = Gguf.texts(model.file());
            node.put("template", texts.chatTemplate())
                    .put("license_name", texts.licenceName())
                    .put("license_link", texts.licenceLink())
                    .put("author", texts.author())
                    .put("description", texts.description());
        }
        var errors = node.putArray("errors");
        local.errors(model.id()).forEach(errors::add);
        return node;
    }

    static ObjectNode add(ModelAdd add) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", add.id())
                .put("kind", add.kind().name().toLowerCase(Locale.ROOT))
                .put("source", add.source())
                .put("state", add.state().name().toLowerCase(Locale.ROOT))
                .put("done", add.done())
                .put("total", add.total() < 0 ? null : Long.valueOf(add.total()))
                .put("model", add.model())
                .put("problem", add.problem())
                .put("started", add.started().toEpochMilli());
    }
}
