package carafe.feature.web;

import carafe.platform.http.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * The OpenAPI 3.1 document of the code and course API, put together from {@code openapi/*.json}: one file has what all
 * share, the others each an area with its {@code tags}, {@code paths} and {@code components}. It has no secrets and is for everybody.
 * Source: OpenAPI Specification 3.1.0.
 */
final class ApiDocument {
    private static final String BASE = "openapi/base.json";
    private static final List<String> AREAS = List.of(
            "code.json",
            "lessons.json",
            "chat.json",
            "progress.json",
            "teaching.json",
            "users.json",
            "sandbox.json",
            "system.json");
    /** What belongs to the server as a whole and does not carry this API's headers. */
    private static final String BESIDE = "health.json";

    /** What every answer carries, said once here instead of at each. */
    private static final List<String> HEADERS =
            List.of("X-Request-ID", "X-Execution-Time", "X-API-Version", "X-Supported-Versions");

    private ApiDocument() {}

    /** The document as JSON; {@code version} is Carafe's. */
    static byte[] write(String version) {
        var mapper = Json.mapper();
        var document = read(mapper, BASE);
        document.withObject("info").put("version", version);
        addHeaders(document);
        for (var area : AREAS) {
            var part = read(mapper, "openapi/" + area);
            addHeaders(part);
            addTwins(part);
            addPart(document, part, area);
        }
        addPart(document, read(mapper, "openapi/" + BESIDE), BESIDE);
        try {
            return mapper.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Routes that also answer under another address are written once; {@code x-twins} says where else they are. */
    private static void addTwins(ObjectNode part) {
        for (var twin : part.path("x-twins")) {
            var from = twin.path("from").asText();
            var copies = new LinkedHashMap<String, JsonNode>();
            for (var path : part.path("paths").properties()) {
                if (path.getKey().equals(from) || path.getKey().startsWith(from + "/")) {
                    var copy = path.getValue().deepCopy();
                    for (var operation : copy.properties()) {
                        var method = operation.getKey().toUpperCase(Locale.ROOT);
                        ((ObjectNode) operation.getValue())
                                .put(
                                        "operationId",
                                        operation.getValue().path("operationId").asText()
                                                + twin.path("suffix").asText())
                                .put("description", "The same as `" + method + " " + path.getKey() + "`.")
                                .putArray("tags")
                                .add("Other addresses");
                    }
                    copies.put(twin.path("to").asText() + path.getKey().substring(from.length()), copy);
                }
            }
            part.withObject("paths").setAll(copies);
        }
    }

    private static void addPart(ObjectNode document, JsonNode part, String area) {
        part.path("tags").forEach(document.withArray("tags")::add);
        addAll(document.withObject("paths"), part.path("paths"), area);
        for (var kind : part.path("components").properties()) {
            addAll(document.withObject("components").withObject(kind.getKey()), kind.getValue(), area);
        }
    }

    private static void addAll(ObjectNode all, JsonNode part, String area) {
        for (var entry : part.properties()) {
            if (all.replace(entry.getKey(), entry.getValue()) != null) {
                throw new IllegalStateException(area + " says again what " + entry.getKey() + " is");
            }
        }
    }

    private static void addHeaders(JsonNode part) {
        addTo(part.path("components").path("responses"));
        for (var path : part.path("paths")) {
            for (var operation : path) {
                addTo(operation.path("responses"));
            }
        }
    }

    private static void addTo(JsonNode responses) {
        for (var response : responses) {
            if (response instanceof ObjectNode answer && !answer.has("$ref")) {
                var headers = answer.withObject("headers");
                for (var name : HEADERS) {
                    headers.putObject(name).put("$ref", "#/components/headers/" + name);
                }
            }
        }
    }

    private static ObjectNode read(ObjectMapper mapper, String resource) {
        try (var in = ApiDocument.class.getClassLoader().getResourceAsStream(resource)) {
            if (in != null && mapper.readTree(in) instanceof ObjectNode object) {
                return object;
            }
            throw new IllegalStateException(resource + " is missing or no object");
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
