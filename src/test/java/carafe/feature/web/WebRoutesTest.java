package carafe.feature.web;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.http.Caller;
import carafe.platform.http.Cors;
import carafe.platform.http.HttpServer;
import carafe.platform.http.Json;
import carafe.platform.http.Limits;
import carafe.platform.http.Networks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebRoutesTest {
    private static final Path SOURCES = Path.of("src/main/resources/web");

    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer server;

    @BeforeEach
    void start() {
        server = new HttpServer(
                new HttpServer.Settings(
                        "127.0.0.1", 0, Duration.ofSeconds(1), Networks.parse(List.of()), new Cors(List.of(), false)),
                Json.mapper(),
                (credentials, address) -> new Caller.Anonymous(address),
                new Limits(area -> 0),
                end -> {},
                routes -> new WebRoutes("1.2.3", null, java.time.Clock.systemUTC()).register(routes));
        server.start();
    }

    @AfterEach
    void stop() {
        client.close(); // else the graceful stop waits for its idle connections
        server.close();
    }

    @Test
    void everyViewHasThePagesUnderBothRoots() throws Exception {
        for (var path : List.of(
                "/",
                "/c/4711",
                "/learn",
                "/learn/agents/4.1",
                "/teach/agents/stuck",
                "/settings/look",
                "/admin/users",
                "/signin")) {
            for (var base : List.of("", "/carafe")) {
                var page = get(base + path, "Accept", "text/html");
                assertThat(page.statusCode()).as(base + path).isEqualTo(200);
                assertThat(text(page)).as(base + path).contains("<cf-app>").doesNotContain("{{");
                assertThat(header(page, "Cache-Control")).isEqualTo("no-cache");
            }
        }
    }

    @Test
    void anUnknownAddressIsAnErrorAndNoPage() throws Exception {
        for (var path : List.of("/api/v1/nothing", "/nothing", "/carafe/nothing", "/c/1/2")) {
            var answer = get(path, "Accept", "text/html");
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(text(answer)).as(path).doesNotContain("<html");
        }
    }

    @Test
    void aProgramThatAsksForTheRootGetsJson() throws Exception {
        var answer = get("/", "Accept", "*/*");
        assertThat(header(answer, "Content-Type")).startsWith("application/json");
        assertThat(text(answer)).contains("\"name\":\"Carafe\"", "\"version\":\"1.2.3\"", "\"timestamp\":\"");
        assertThat(answer.headers().allValues("Vary")).contains("Accept");
    }

    @Test
    void everyFileThatThePageNamesIsThereAndKeptForEver() throws Exception {
        var names = Pattern.compile("/carafe/[^\"' )]+")
                .matcher(text(get("/", "Accept", "text/html")))
                .results()
                .map(found -> found.group())
                .distinct()
                .toList();
        assertThat(names).hasSizeGreaterThan(50);
        for (var name : names) {
            var file = get(name, "Accept-Encoding", "gzip");
            assertThat(file.statusCode()).as(name).isEqualTo(200);
            assertThat(header(file, "Content-Encoding")).as(name).isEqualTo("gzip");
            assertThat(header(file, "Content-Type"))
                    .as(name)
                    .matches("text/(javascript|css).*|image/svg\\+xml|application/manifest\\+json");
            if (name.startsWith("/carafe/assets/")) {
                assertThat(header(file, "Cache-Control")).as(name).contains("immutable");
            }
        }
    }

    @Test
    void whatABrowserHasAlreadyIsNotSentAgain() throws Exception {
        for (var path : List.of("/", stylesheet())) {
            var first = get(path, "Accept", "text/html", "Accept-Encoding", "gzip");
            var again =
                    get(path, "Accept", "text/html", "Accept-Encoding", "gzip", "If-None-Match", header(first, "ETag"));
            assertThat(again.statusCode()).as(path).isEqualTo(304);
            assertThat(again.body()).as(path).isEmpty();
            assertThat(header(again, "ETag")).isEqualTo(header(first, "ETag"));
        }
    }

    @Test
    void aReaderWithoutGzipGetsTheSameFilePlain() throws Exception {
        var path = stylesheet();
        var packed = get(path, "Accept-Encoding", "gzip");
        var plain = get(path, "Accept-Encoding", "gzip;q=0");
        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(plain.body()).isEqualTo(Files.readAllBytes(SOURCES.resolve("tokens.css")));
        assertThat(text(packed)).isEqualTo(text(plain));
        assertThat(header(packed, "ETag")).isNotEqualTo(header(plain, "ETag"));
    }

    @Test
    void headTellsTheLengthAndSendsNothing() throws Exception {
        var path = stylesheet();
        var request = HttpRequest.newBuilder(address(path)).HEAD().build();
        var head = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Length"))
                .isEqualTo(String.valueOf(get(path).body().length));
    }

    @Test
    void noPathLeavesTheFolder() throws Exception {
        var folder = stylesheet().replace("/tokens.css", "");
        for (var path :
                List.of("/../index.html", "/%2e%2e/files.txt", "/..%2ffiles.txt", "/files.txt", "//tokens.css")) {
            assertThat(get(folder + path).statusCode()).as(path).isIn(400, 404);
        }
        assertThat(get("/carafe/assets/otherhash/tokens.css").statusCode()).isEqualTo(404);
    }

    @Test
    void thePolicyAllowsTheImportMapAndNoOtherInlineScript() throws Exception {
        var page = get("/", "Accept", "text/html");
        var map = Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL)
                .matcher(text(page));
        assertThat(map.find()).isTrue();
        assertThat(Json.mapper().readTree(map.group(1)).path("imports").has("lit"))
                .isTrue();
        var hash = MessageDigest.getInstance("SHA-256").digest(map.group(1).getBytes(StandardCharsets.UTF_8));
        assertThat(header(page, "Content-Security-Policy"))
                .contains("script-src 'self' 'sha256-" + Base64.getEncoder().encodeToString(hash) + "';")
                .doesNotContain("unsafe");
        assertThat(header(page, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(page, "Referrer-Policy")).isEqualTo("no-referrer");
    }

    @Test
    void everySourceFileOfThePagesIsServed() throws Exception {
        var listed = Files.readString(SOURCES.resolve("files.txt"));
        var apart = List.of(
                "files.txt", "index.html", "favicon.svg", "manifest.webmanifest", "proxy.webmanifest", "robots.txt");
        try (var files = Files.list(SOURCES)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !apart.contains(name)))
                    .allSatisfy(name ->
                            assertThat(listed).containsPattern("(?m)^(first|later) " + Pattern.quote(name) + "$"));
        }
    }

    private String stylesheet() throws Exception {
        var found =
                Pattern.compile("/carafe/assets/[^\"]+/tokens\\.css").matcher(text(get("/", "Accept", "text/html")));
        assertThat(found.find()).isTrue();
        return found.group();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(address(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static String text(HttpResponse<byte[]> answer) throws IOException {
        if (!header(answer, "Content-Encoding").equals("gzip")) {
            return new String(answer.body(), StandardCharsets.UTF_8);
        }
        try (var in = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
