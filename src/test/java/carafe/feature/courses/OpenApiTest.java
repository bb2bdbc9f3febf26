package carafe.feature.courses;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.feature.courses.format.CourseFolder;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description of the API is whole, and answers are as it says. */
class OpenApiTest {
    @TempDir
    Path folder;

    @Test
    void everyRouteIsDescribedAndAnswersFit() {
        CourseFolder.demo(folder.resolve("courses/demo"));
        try (var app = TestApp.startWithEngine(
                folder.resolve("data"), "COURSES_DIR", folder.resolve("courses").toString())) {
            var user = app.signUp("user");
            var document = TestApp.json(app.get(null, "/api/v1/openapi.json"));
            for (var route : app.app().http().endpoints()) {
                if (route.rule().surface() == Surface.COURSE && !route.method().equals("HEAD")) {
                    var operation = document.path("paths")
                            .path(route.path().replaceAll("[<]", "{").replaceAll("[>]", "}"))
                            .path(route.method().toLowerCase(java.util.Locale.ROOT));
                    assertThat(operation.path("summary").asText())
                            .as(route.method() + " " + route.path())
                            .isNotBlank();
                }
            }
            assertThat(document.at("/paths/~1api~1execute/post/deprecated").asBoolean())
                    .isTrue();
            assertThat(app.get(null, "/api/v1/docs").body()).contains("/api/v1/code/execute");

            fits(
                    document,
                    "GET",
                    "/api/v1/lessons",
                    app.get(user, "/api/v1/lessons").body());
            fits(
                    document,
                    "GET",
                    "/api/v1/lessons/{lesson}",
                    app.get(user, "/api/v1/lessons/double").body());
            fits(
                    document,
                    "GET",
                    "/api/users/current",
                    app.get(user, "/api/users/current").body());
            fits(
                    document,
                    "POST",
                    "/api/v1/code/execute",
                    app.post(user, "/api/v1/code/execute", "{\"code\":\"1/0\"}").body());
            fits(
                    document,
                    "POST",
                    "/api/v1/chat",
                    app.post(user, "/api/v1/chat", "{\"message\":\"x\"}").body());
            var exercise = "/api/v1/courses/demo/exercises/double";
            var described = "/api/v1/courses/{course}/exercises/{lesson}";
            fits(
                    document,
                    "POST",
                    described + "/check",
                    app.post(user, exercise + "/check", "{\"code\":\"x\"}").body());
            fits(
                    document,
                    "POST",
                    described + "/submit",
                    app.post(user, exercise + "/submit", "{\"code\":\"x\"}").body());
            fits(
                    document,
                    "POST",
                    described + "/hint",
                    app.post(user, exercise + "/hint", "{}").body());
            fits(
                    document,
                    "GET",
                    "/api/v1/courses/{course}/gradebook",
                    app.get(user, "/api/v1/courses/demo/gradebook").body());
            fits(
                    document,
                    "POST",
                    "/api/progress",
                    app.post(user, "/api/progress", "{\"lesson_id\":\"double\",\"completed\":true}")
                            .body());
            var submissions = TestApp.json(app.get(user, "/api/submissions/user/1"));
            fits(document, "GET", "/api/submissions/{id}", submissions.get(0).toString());
            var error = TestApp.json(app.get(user, "/api/v1/lessons/none"));
            assertThat(mistakes(document, document.at("/components/schemas/Error"), error))
                    .isEmpty();
        }
    }

    private static void fits(JsonNode document, String method, String path, String answer) {
        var schema = document.path("paths")
                .path(path)
                .path(method.toLowerCase(java.util.Locale.ROOT))
                .at("/responses/200/content/application~1json/schema");
        assertThat(schema.isMissingNode()).as(method + " " + path).isFalse();
        assertThat(mistakes(document, schema, read(answer)))
                .as(method + " " + path + " " + answer)
                .isEmpty();
    }

    private static JsonNode read(String json) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(json);
        } catch (java.io.IOException e) {
            throw new AssertionError(json, e);
        }
    }

    /** What of {@code value} is not as {@code schema} says: types, required fields, enumerations. */
    private static List<String> mistakes(JsonNode document, JsonNode schema, JsonNode value) {
        var reference = schema.path("$ref").asText("");
        if (!reference.isEmpty()) {
            return mistakes(document, document.at(reference.substring(1)), value);
        }
        var found = new java.util.ArrayList<String>();
        var types = schema.path("type").isArray()
                ? StreamSupport.stream(schema.path("type").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList()
                : List.of(schema.path("type").asText());
        if (types.stream().noneMatch(type -> is(type, value))) {
            found.add(value + " is not " + types);
        }
        if (schema.has("enum")
                && StreamSupport.stream(schema.path("enum").spliterator(), false)
                        .noneMatch(value::equals)) {
            found.add(value + " is none of " + schema.path("enum"));
        }
        schema.path("required").forEach(name -> {
            if (!value.has(name.asText())) {
                found.add(name + " is missing");
            }
        });
        schema.path("properties").properties().forEach(property -> {
            if (value.has(property.getKey())) {
                found.addAll(mistakes(document, property.getValue(), value.get(property.getKey())));
            }
        });
        if (schema.has("items")) {
            value.forEach(item -> found.addAll(mistakes(document, schema.path("items"), item)));
        }
        return found;
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            default -> value.isNull();
        };
    }
}
