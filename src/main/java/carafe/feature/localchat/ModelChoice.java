package carafe.feature.localchat;

import carafe.feature.models.Connection;
import carafe.feature.models.ModelCatalogue;
import carafe.feature.models.ModelEntry;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which model is meant: the one that is named, or for {@value #ALIAS} and no name the default. */
final class ModelChoice {
    /** What clients of the original call its only model. */
    static final String ALIAS = "stellar-byte-llm";

    private final ModelCatalogue catalogue;
    private final LiveSettings settings;

    ModelChoice(ModelCatalogue catalogue, LiveSettings settings) {
        this.catalogue = catalogue;
        this.settings = settings;
    }

    List<ModelEntry> visible(Caller caller) {
        return catalogue.visible(caller);
    }

    /** The first of the administrators' defaults, else the first local model, else the first of all. */
    Optional<ModelEntry> byDefault(Caller caller) {
        var visible = catalogue.visible(caller);
        var chosen = Stream.of(settings.text(Catalogue.DEFAULT_MODELS).split(","))
                .map(String::strip)
                .flatMap(id -> visible.stream().filter(model -> model.id().equals(id)));
        var local = visible.stream().filter(model -> model.connection().kind() == Connection.Kind.LOCAL);
        return Stream.of(chosen, local, visible.stream())
                .flatMap(models -> models)
                .findFirst();
    }

    /** @throws Problem 400 for a model that is not there, 503 when there is none at all */
    String of(Caller caller, Optional<String> named) {
        var asked = named.filter(name -> !name.isEmpty()).orElse(ALIAS);
        if (catalogue.find(caller, asked).isPresent()) {
            return asked;
        }
        if (!asked.equals(ALIAS)) {
            throw new Problem.BadRequest(
                    "model_not_found",
                    "The model '" + asked + "' does not exist or you do not have access to it.",
                    "model");
        }
        return byDefault(caller)
                .map(ModelEntry::id)
                .orElseThrow(() -> new Problem.Upstream(503, "no_model", "No model is available yet."));
    }
}
