package carafe;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.config.Catalogue;
import carafe.platform.config.Setting;
import carafe.platform.http.Access;
import carafe.platform.http.CourseCode;
import carafe.platform.http.RateArea;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The OpenAPI document says what the routes and their rules are, and leaves nothing out that a reader needs. */
class ApiDocumentTest {
    /** Of the server as a whole, with errors of another shape. */
    private static final Set<String> BESIDE =
            Set.of("GET /api/version", "GET /config", "GET /health", "GET /health/live", "GET /health/ready");

    /** Those of the contract, section 1. */
    private static final Set<String> DEPRECATED = Set.of(
            "POST /api/execute",
            "POST /api/hint",
            "GET /api/lessons",
            "GET /api/lessons/{lesson}",
            "POST /api/chat",
            "GET /api/sandbox/pool/stats");

    private static final Map<RateArea, Setting> LIMITS = Map.of(
            RateArea.EXECUTE, Catalogue.RATE_EXECUTE,
            RateArea.HINT, Catalogue.RATE_HINT,
            RateArea.POOL_STATS, Catalogue.RATE_POOL_STATS,
            RateArea.LESSONS, Catalogue.RATE_LESSONS,
            RateArea.SUBMIT, Catalogue.RATE_SUBMIT,
            RateArea.TUTOR, Catalogue.RATE_TUTOR,
            RateArea.COURSE, Catalogue.RATE_GLOBAL);

    @TempDir
    static Path folder;

    static TestApp app;
    static DocumentedApi api;

    @BeforeAll
    static void start() {
        app = TestApp.start(folder, "RATE_LIMIT_GLOBAL", "0");
        api = new DocumentedApi(app);
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static Map<String, Routes.Declared> routes() {
        var routes = new java.util.LinkedHashMap<String, Routes.Declared>();
        for (var route : app.app().http().endpoints()) {
            routes.putIfAbsent(route.method() + " " + template(route.path()), route);
        }
        return routes;
    }

    private static String template(String path) {
        return path.replace('<', '{').replace('>', '}');
    }

    static List<DocumentedApi.Operation> operations() {
        return api.operations();
    }

    static List<DocumentedApi.Operation> own() {
        return operations().stream()
                .filter(operation -> !BESIDE.contains(operation.toString()))
                .toList();
    }

    @Test
    void everyRouteOfTheSurfaceIsDocumentedAndNothingElse() {
        assertThat(operations().stream().map(DocumentedApi.Operation::toString))
                .containsExactlyInAnyOrderElementsOf(routes().entrySet().stream()
                        .filter(route ->
                                route.getValue().rule().surface() == Surface.COURSE || BESIDE.contains(route.getKey()))
                        .map(Map.Entry::getKey)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("own")
    void whatItSaysOfAccessLimitAndBodyIsTheRule(DocumentedApi.Operation operation) {
        var rule = routes().get(operation.toString()).rule();
        var node = operation.node();
        assertThat(node.path("security").isArray() && node.path("security").isEmpty())
                .isEqualTo(rule.access() == Access.PUBLIC);
        assertThat(node.path("x-permission").asText())
                .isEqualTo(rule.permission() == null ? "" : rule.permission().wire());
        var area = rule.area() == RateArea.NONE ? RateArea.COURSE : rule.area();
        var limit = node.path("x-rate-limit");
        assertThat(limit.path("area").asText())
                .isEqualTo(area == RateArea.COURSE ? "global" : area.name().toLowerCase(Locale.ROOT));
        assertThat(limit.path("setting").asText()).isEqualTo(LIMITS.get(area).name());
        assertThat(limit.path("per_minute").asText()).isEqualTo(LIMITS.get(area).fallback());
        if (node.has("requestBody")) {
            assertThat(node.path("x-max-body-bytes").asLong(Rule.MEBIBYTE)).isEqualTo(rule.maxBody());
        }
    }

    @ParameterizedTest
    @MethodSource("own")
    void everyErrorThatItMayAnswerIsThereWithItsCodes(DocumentedApi.Operation operation) {
        var statuses = DocumentedApi.names(operation.node().path("responses"));
        assertThat(statuses).contains("400", "429", "500");
        if (!operation.node().has("security")) {
            assertThat(statuses).contains("401", "403");
        }
        if (operation.path().contains("{")) {
            assertThat(statuses).contains("404");
        }
        for (var status : statuses) {
            if (status.startsWith("4") || status.startsWith("5")) {
                var response =
                        api.schemas().resolve(operation.node().path("responses").path(status));
                var codes = DocumentedApi.texts(response.path("x-error-codes"));
                assertThat(codes).as(operation + " " + status).isNotEmpty();
                assertThat(codes)
                        .allSatisfy(code ->
                                assertThat(CourseCode.valueOf(code).status()).isEqualTo(Integer.parseInt(status)));
                for (var example : examples(response.path("content").path("application/json"))) {
                    assertThat(codes)
                            .contains(example.path("error").path("code").asText());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void nothingIsWithoutDescriptionAndExample(DocumentedApi.Operation operation) {
        var node = operation.node();
        assertThat(node.path("operationId").asText()).matches("[a-z][A-Za-z]+");
        assertThat(node.path("summary").asText()).isNotBlank().doesNotEndWith(".");
        assertThat(node.path("description").asText()).endsWith(".");
        assertThat(tags()).contains(node.path("tags").path(0).asText());
        for (var given : node.path("parameters")) {
            var parameter = api.schemas().resolve(given);
            assertThat(parameter.path("description").asText()).endsWith(".");
            assertThat(api.schemas().faults(parameter.path("schema"), parameter.path("example")))
                    .as(operation + " " + parameter)
                    .isEmpty();
        }
        if (node.has("requestBody")) {
            assertThat(node.path("requestBody").path("description").asText()).endsWith(".");
            checkContent(operation + " body", node.path("requestBody").path("content"));
        }
        for (var response : node.path("responses").properties()) {
            var answer = api.schemas().resolve(response.getValue());
            assertThat(answer.path("description").asText()).endsWith(".");
            if (!response.getKey().equals("304") && !response.getKey().equals("204")) {
                checkContent(operation + " " + response.getKey(), answer.path("content"));
            }
        }
    }

    private static void checkContent(String where, JsonNode content) {
        assertThat(content).as(where).isNotEmpty();
        for (var media : content.properties()) {
            var examples = examples(media.getValue());
            assertThat(examples).as(where + " examples").isNotEmpty();
            for (var example : examples) {
                assertThat(api.schemas().faults(media.getValue().path("schema"), example))
                        .as(where + " " + example)
                        .isEmpty();
            }
        }
    }

    private static List<JsonNode> examples(JsonNode media) {
        var all = new ArrayList<JsonNode>();
        Optional.ofNullable(media.get("example")).ifPresent(all::add);
        media.path("examples").forEach(one -> all.add(one.path("value")));
        return all;
    }

    private static List<String> tags() {
        var names = new ArrayList<String>();
        api.document().path("tags").forEach(tag -> names.add(tag.path("name").asText()));
        return names;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theParametersOfThePathAreThoseOfItsTemplate(DocumentedApi.Operation operation) {
        var template = new ArrayList<String>();
        Pattern.compile("\\{([^}]+)}").matcher(operation.path()).results().forEach(one -> template.add(one.group(1)));
        var declared = new ArrayList<String>();
        for (var given : operation.node().path("parameters")) {
            var parameter = api.schemas().resolve(given);
            if (parameter.path("in").asText().equals("path")) {
                assertThat(parameter.path("required").asBoolean()).isTrue();
                declared.add(parameter.path("name").asText());
            }
        }
        assertThat(declared).containsExactlyElementsOf(template);
    }

    @Test
    void oldAddressesAreMarkedAndNameADocumentedSuccessor() {
        for (var operation : own()) {
            boolean old = DEPRECATED.contains(operation.toString());
            assertThat(operation.node().path("deprecated").asBoolean())
                    .as(operation.toString())
                    .isEqualTo(old);
            if (old) {
                var successor = operation.method() + " "
                        + operation.node().path("x-successor").asText();
                assertThat(operations().stream().map(DocumentedApi.Operation::toString))
                        .contains(successor);
            }
        }
    }

    @Test
    void idsAreUniqueAndAllTagsAndSchemasAreUsed() {
        assertThat(operations().stream()
                        .map(one -> one.node().path("operationId").asText()))
                .doesNotHaveDuplicates();
        assertThat(new HashSet<>(operations().stream()
                        .map(one -> one.node().path("tags").path(0).asText())
                        .toList()))
                .containsExactlyInAnyOrderElementsOf(tags());
        var text = api.document().toString();
        for (var kind : List.of("schemas", "responses", "parameters", "headers")) {
            for (var name :
                    DocumentedApi.names(api.document().path("components").path(kind))) {
                assertThat(text).contains("\"#/components/" + kind + "/" + name + "\"");
            }
        }
    }

    @Test
    void everySchemaAndFieldIsDescribed() {
        for (var schema : api.document().path("components").path("schemas").properties()) {
            assertThat(schema.getValue().path("description").asText())
                    .as(schema.getKey())
                    .endsWith(".");
            described(schema.getKey(), schema.getValue());
        }
    }

    private static void described(String where, JsonNode schema) {
        for (var property : schema.path("properties").properties()) {
            var name = where + "." + property.getKey();
            assertThat(property.getValue()
                            .path("description")
                            .asText(api.schemas()
                                    .resolve(property.getValue())
                                    .path("description")
                                    .asText()))
                    .as(name)
                    .endsWith(".");
            described(name, property.getValue());
        }
        schema.path("allOf").forEach(part -> described(where, part));
        schema.path("oneOf").forEach(part -> described(where, part));
    }

    @Test
    void itKnowsEveryErrorCode() {
        assertThat(DocumentedApi.texts(api.document().at("/components/schemas/ErrorCode/enum")))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(CourseCode.values()).map(Enum::name).toList());
    }

    @Test
    void itIsForEverybodyAndFetchedOnce() throws Exception {
        var first = app.get(null, "/api/v1/openapi.json");
        var document = new ObjectMapper().readTree(first.body());
        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
        assertThat(document.at("/info/version").asText()).isEqualTo(Version.TEXT);
        var etag = first.headers().firstValue("ETag").orElseThrow();
        var again = app.send(null, "GET", "/api/v1/openapi.json", null, "If-None-Match", etag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }
}
