package carafe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/** The OpenAPI document that a server answers, for tests that hold answers against it. */
public final class DocumentedApi {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    /** {@code method} in capitals. */
    public record Operation(String method, String path, JsonNode node) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    private final JsonNode document;
    private final JsonSchema schemas;

    public DocumentedApi(TestApp app) {
        document = TestApp.json(app.get(null, "/api/v1/openapi.json"));
        schemas = new JsonSchema(document);
    }

    JsonNode document() {
        return document;
    }

    JsonSchema schemas() {
        return schemas;
    }

    List<Operation> operations() {
        var all = new ArrayList<Operation>();
        for (var path : document.path("paths").properties()) {
            for (var member : path.getValue().properties()) {
                assertThat(METHODS).as(path.getKey()).contains(member.getKey());
                all.add(new Operation(member.getKey().toUpperCase(Locale.ROOT), path.getKey(), member.getValue()));
            }
        }
        return all;
    }

    /** Asserts that {@code answer} is one that the document says {@code method path} may give; answers its body. */
    public JsonNode conforms(HttpResponse<String> answer, String method, String path) {
        var operation = operations().stream()
                .filter(one -> one.method().equals(method) && one.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new AssertionError(method + " " + path + " is not documented"));
        var status = Integer.toString(answer.statusCode());
        assertThat(names(operation.node().path("responses")))
                .as(operation + " answered " + answer.body())
                .contains(status);
        boolean deprecated = operation.node().path("deprecated").asBoolean();
        if (!deprecated || answer.statusCode() < 400) { // a refusal may come before the handler that announces it
            assertThat(answer.headers().firstValue("Deprecation").isPresent())
                    .as(operation + " is deprecated")
                    .isEqualTo(deprecated);
        }
        var response = schemas.resolve(operation.node().path("responses").path(status));
        for (var header : response.path("headers").properties()) {
            var declared = schemas.resolve(header.getValue());
            var value = answer.headers().firstValue(header.getKey());
            assertThat(value.isPresent() || !declared.path("required").asBoolean())
                    .as(operation + " " + status + " without " + header.getKey())
                    .isTrue();
            if (value.isPresent()
                    && declared.path("schema").path("type").asText().equals("string")) {
                var text = TextNode.valueOf(value.get());
                assertThat(schemas.faults(declared.path("schema"), text))
                        .as(operation + " " + header.getKey())
                        .isEmpty();
            }
        }
        if (!response.has("content")) {
            assertThat(answer.body()).isEmpty();
            return NullNode.getInstance();
        }
        var type = answer.headers().firstValue("Content-Type").orElse("").split(";", 2)[0];
        assertThat(names(response.path("content"))).as(operation + " " + status).contains(type);
        if (!type.equals("application/json")) {
            return TextNode.valueOf(answer.body());
        }
        var body = TestApp.json(answer);
        var schema = response.path("content").path(type).path("schema");
        assertThat(schemas.faults(schema, body))
                .as(operation + " " + status + " " + body)
                .isEmpty();
        if (response.has("x-error-codes")) {
            assertThat(texts(response.path("x-error-codes")))
                    .as(operation + " " + status)
                    .contains(body.path("error").path("code").asText());
        }
        return body;
    }

    static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
