package carafe.feature.courses;

import carafe.platform.http.Access;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The code and course API in OpenAPI 3.1: its routes as they are registered, with the words, examples and schemas of the
 * resource {@code openapi/courses.json}.
 */
final class OpenApiRoutes {
    private static final Pattern PARAMETER = Pattern.compile("[{<](\\w+)[}>]");
    private static final Pattern BASE = Pattern.compile("^/api(/v1)?(/(progress|submissions|chat-history)(/|$))");

    private final ObjectMapper mapper;
    private final Supplier<List<Routes.Declared>> declared;

    OpenApiRoutes(ObjectMapper mapper, Supplier<List<Routes.Declared>> declared) {
        this.mapper = mapper;
        this.declared = declared;
    }

    void register(Routes routes) {
        var rule = Rule.of(Surface.COURSE, Access.PUBLIC);
        routes.get("/api/v1/openapi.json", rule, ctx -> ctx.json(document()));
        routes.get("/api/v1/docs", rule, this::page);
        routes.get("/api/v1/redoc", rule, this::page);
    }

    private ObjectNode document() {
        var words = words();
        var document = mapper.createObjectNode().put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Carafe: code and courses")
                .put("version", "v1")
                .put("description", "Errors have one shape; /api/v1/errors lists their codes.");
        var paths = document.putObject("paths");
        for (var route : declared.get()) {
            if (route.rule().surface() == Surface.COURSE && !route.method().equals("HEAD")) {
                var path = PARAMETER.matcher(route.path()).replaceAll("{$1}");
                paths.withObjectProperty(path).set(route.method().toLowerCase(Locale.ROOT), operation(route, words));
            }
        }
        var components = document.putObject("components");
        components.set("schemas", words.path("schemas"));
        components
                .putObject("securitySchemes")
                .putObject("bearer")
                .put("type", "http")
                .put("scheme", "bearer");
        return document;
    }

    private ObjectNode operation(Routes.Declared route, JsonNode words) {
        var successor = words.path("deprecated").path(route.path()).asText("");
        var told = told(route, successor, words);
        var operation =
                mapper.createObjectNode().put("summary", told.path("summary").asText());
        if (!successor.isEmpty()) {
            operation.put("deprecated", true).put("description", "Moved to " + successor + ".");
        }
        var parameters = operation.putArray("parameters");
        PARAMETER
                .matcher(route.path())
                .results()
                .forEach(found -> parameters
                        .addObject()
                        .put("name", found.group(1))
                        .put("in", "path")
                        .put("required", true)
                        .putObject("schema")
                        .put("type", "string"));
        if (told.has("body")) {
            operation
                    .putObject("requestBody")
                    .put("required", true)
                    .putObject("content")
                    .putObject("application/json")
                    .set("example", told.get("body"));
        }
        responses(operation.putObject("responses"), route, told);
        if (route.rule().access() != Access.PUBLIC) {
            operation.putArray("security").addObject().putArray("bearer");
        }
        return operation;
    }

    /** Addresses without a version, and those of exercises, are described once. */
    private static JsonNode told(Routes.Declared route, String successor, JsonNode words) {
        var path = successor.isEmpty() ? route.path() : successor;
        var operations = words.path("operations");
        var own = operations.path(route.method() + " " + path);
        return own.isMissingNode()
                ? operations.path(route.method() + " " + BASE.matcher(path).replaceFirst("$2"))
                : own;
    }

    private static void responses(ObjectNode responses, Routes.Declared route, JsonNode told) {
        var good = responses.putObject("200").put("description", "Done.");
        if (told.has("answer")) {
            reference(good, told.path("answer").asText());
        }
        var failures = new TreeMap<>(Map.of("400", "A field is wrong.", "429", "Too many requests."));
        if (route.rule().access() != Access.PUBLIC) {
            failures.put("401", "Nobody is signed in.");
            failures.put("403", "The permission " + permission(route) + " is missing.");
        }
        if (PARAMETER.matcher(route.path()).find()) {
            failures.put("404", "It is not there, or not yours.");
        }
        failures.forEach((status, text) -> reference(responses.putObject(status).put("description", text), "Error"));
    }

    private static String permission(Routes.Declared route) {
        var permission = route.rule().permission();
        return permission == null ? "" : permission.wire();
    }

    private static void reference(ObjectNode response, String schema) {
        response.putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + schema);
    }

    private JsonNode words() {
        try (var in = OpenApiRoutes.class.getResourceAsStream("/openapi/courses.json")) {
            return mapper.readTree(Objects.requireNonNull(in, "openapi/courses.json is part of the program"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A plain page without scripts: it holds under the strictest policy. */
    private void page(Context ctx) {
        var html = new StringBuilder(
                "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
                        + "<title>Carafe: code and courses</title><h1>Carafe: code and courses</h1>"
                        + "<p><a href=\"/api/v1/openapi.json\">openapi.json</a>, <a href=\"/api/v1/errors\">error codes</a></p>");
        document()
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    var one = operation.getValue();
                    html.append("<h2><code>")
                            .append(operation.getKey().toUpperCase(Locale.ROOT))
                            .append(' ')
                            .append(escaped(path.getKey()))
                            .append("</code>")
                            .append(one.path("deprecated").asBoolean() ? " (deprecated)" : "")
                            .append("</h2><p>")
                            .append(escaped(one.path("summary").asText()))
                            .append("</p>");
                    var example = one.at("/requestBody/content/application~1json/example");
                    if (!example.isMissingNode()) {
                        html.append("<pre>")
                                .append(escaped(example.toPrettyString()))
                                .append("</pre>");
                    }
                }));
        ctx.html(html.append("</html>").toString());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
