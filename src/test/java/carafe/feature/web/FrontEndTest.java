package carafe.feature.web;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.platform.config.Config;
import carafe.platform.config.ConfigException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built front end of somebody else at the root, our own pages beside it. */
class FrontEndTest {
    @TempDir
    static Path folder;

    static TestApp app;

    @BeforeAll
    static void start() throws IOException {
        var pages = folder.resolve("front");
        Files.createDirectories(pages.resolve("_app/immutable"));
        Files.createDirectories(pages.resolve("static"));
        Files.writeString(pages.resolve("index.html"), "<title>theirs</title>");
        Files.writeString(pages.resolve("manifest.json"), "{}");
        Files.writeString(pages.resolve("_app/immutable/a.1.js"), "plain");
        Files.writeString(pages.resolve("_app/immutable/a.1.js.gz"), "packed");
        Files.writeString(pages.resolve("wasm.wasm"), "w");
        Files.writeString(folder.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(pages.resolve("link.txt"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(pages.resolve("outside"), folder);
        app = TestApp.start(folder.resolve("data"), "FRONTEND_DIR", pages.toString(), "WEBUI_NAME", "Carafe & Co <x>");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static HttpResponse<String> get(String path, String... headers) {
        return app.send(null, "GET", path, null, headers);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void addressesWithoutAnExtensionAreItsPages() {
        for (var path : List.of("/", "/auth", "/c/123", "/admin/users", "/settings", "/workspace/models")) {
            var answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("<title>theirs</title>");
            assertThat(header(answer, "Content-Type")).startsWith("text/html");
            assertThat(header(answer, "Cache-Control")).isEqualTo("no-cache");
        }
    }

    @Test
    void itsManifestAndItsSearchAreWrittenHere() {
        var manifest = TestApp.json(get("/manifest.json"));
        assertThat(manifest.path("name").asText()).isEqualTo("Carafe & Co <x> (Open WebUI)");
        assertThat(manifest.path("start_url").asText()).isEqualTo("/");
        assertThat(manifest.at("/icons/0/src").asText()).isEqualTo("/static/logo.png");
        assertThat(manifest.at("/share_target/params/text").asText()).isEqualTo("shared");
        var search = get("/opensearch.xml");
        assertThat(header(search, "Content-Type")).startsWith("application/xml");
        assertThat(search.body())
                .contains("template=\"/?q={searchTerms}\"")
                .contains("<ShortName>Carafe &amp; Co &lt;x&gt; (Open WebUI)</ShortName>");
    }

    @Test
    void ourPagesAreBesideIt() {
        assertThat(get("/carafe/").body()).contains("Carafe").doesNotContain("theirs");
        assertThat(get("/carafe/settings/profile").body()).contains("Carafe").doesNotContain("theirs");
    }

    @Test
    void addressesOfProgramsStayJson() {
        for (var path :
                List.of("/api/nope", "/api/v1/nope/", "/ollama/nope", "/openai/nope", "/oauth/nope", "/v1/nope")) {
            var answer = get(path, "Accept", "text/html");
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(TestApp.json(answer).path("detail").asText()).isNotEmpty();
        }
        assertThat(app.send(null, "POST", "/nope", "{}").statusCode()).isEqualTo(404);
        assertThat(app.send(null, "PATCH", "/v1/models", "{}").statusCode()).isEqualTo(405);
    }

    @Test
    void filesHaveTheirTypesAndHashedOnesStayInTheCache() {
        var script = get("/_app/immutable/a.1.js");
        assertThat(script.body()).isEqualTo("plain");
        assertThat(header(script, "Content-Type")).startsWith("text/javascript");
        assertThat(header(script, "Cache-Control")).contains("immutable");
        var packed = get("/_app/immutable/a.1.js", "Accept-Encoding", "gzip");
        assertThat(packed.body()).isEqualTo("packed");
        assertThat(header(packed, "Content-Encoding")).isEqualTo("gzip");
        assertThat(header(get("/wasm.wasm"), "Content-Type")).isEqualTo("application/wasm");
        var head = app.send(null, "HEAD", "/wasm.wasm", null);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "Content-Length")).isEqualTo(header(get("/wasm.wasm"), "Content-Length"));
        assertThat(header(get("/manifest.json"), "Content-Type")).startsWith("application/json");
        var again = get("/wasm.wasm", "If-None-Match", header(get("/wasm.wasm"), "ETag"));
        assertThat(again.statusCode()).isEqualTo(304);
    }

    @Test
    void filesForOperatorsMayBeMissing() {
        assertThat(get("/static/loader.js").statusCode()).isEqualTo(200);
        assertThat(header(get("/static/loader.js"), "Content-Type")).startsWith("text/javascript");
        assertThat(header(get("/static/custom.css"), "Content-Type")).startsWith("text/css");
        assertThat(get("/static/other.css").statusCode()).isEqualTo(404);
    }

    @Test
    void nothingOutsideTheFolderIsReached() {
        for (var path :
                List.of("/link.txt", "/outside/secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/a%00.txt")) {
            var answer = get(path);
            assertThat(answer.statusCode()).as(path).isIn(400, 404);
            assertThat(answer.body()).doesNotContain("secret\n").isNotEqualTo("secret");
        }
    }

    @Test
    void aFolderWithoutPagesEndsTheStart() {
        Assertions.assertThatThrownBy(() -> Config.from(
                        Map.of("FRONTEND_DIR", folder.resolve("none").toString()), folder.resolve("no.env")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FRONTEND_DIR");
    }
}
