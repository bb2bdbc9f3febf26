package carafe.feature.files;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Uploads of every kind, over HTTP. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
class FilesTest {
    private static final String FILES = "/api/v1/files/";

    private final TestDatabases engine;
    private final HttpClient client = HttpClient.newHttpClient();
    private TestApp app;
    private TestApp.User admin;
    private TestApp.User ann;
    private TestApp.User bob;

    FilesTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start(@TempDir Path folder) {
        app = TestApp.start(folder, engine);
        admin = app.signUp("admin");
        ann = app.signUp("ann");
        bob = app.signUp("bob");
    }

    @AfterEach
    void stop() {
        client.close();
        app.close();
    }

    private HttpResponse<String> upload(TestApp.User who, String name, byte[] bytes, String metadata) {
        var form = new ByteArrayOutputStream();
        try {
            if (metadata != null) {
                form.write(("--xyz\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n" + metadata + "\r\n")
                        .getBytes());
            }
            form.write(("--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                            + "\"\r\nContent-Type: text/html\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            form.write(bytes);
            form.write("\r\n--xyz--\r\n".getBytes());
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(app.url(FILES + "?process=true")))
                            .header("Authorization", "Bearer " + who.token())
                            .header("Content-Type", "multipart/form-data; boundary=xyz")
                            .timeout(Duration.ofSeconds(60))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(form.toByteArray()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            app.record("POST", FILES, answer.statusCode());
            return answer;
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private String add(TestApp.User who, String name, byte[] bytes) {
        var answer = upload(who, name, bytes, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TestApp.json(answer).path("id").asText();
    }

    /** The last event of the stream that the front end waits for. */
    private JsonNode end(TestApp.User who, String id) {
        var lines = app.get(who, FILES + id + "/process/status?stream=true")
                .body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .toList();
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper()
                    .readTree(lines.getLast().substring(6));
        } catch (IOException e) {
            throw new AssertionError(lines.toString(), e);
        }
    }

    private String text(TestApp.User who, String id) {
        return TestApp.json(app.get(who, FILES + id + "/data/content"))
                .path("content")
                .asText();
    }

    @Test
    void theTextOfEveryKindOfDocumentIsRead() {
        var page = "<!DOCTYPE html><html><head><title>T</title><style>x{}</style></head><body><h1>Head</h1><p>one"
                + "<b> two</b></p><script>evil()</script><table><tr><td>a</td><td>b</td></tr></table></body></html>";
        Map<String, byte[]> documents = new LinkedHashMap<>();
        documents.put("letter.pdf", Samples.pdf("Dear reader", ""));
        documents.put(
                "letter.docx",
                Samples.docx(
                        "<w:p><w:r><w:t>Hello</w:t></w:r><w:r><w:tab/><w:t>you</w:t></w:r></w:p><w:p><w:t>Bye</w:t></w:p>"));
        documents.put("sums.xlsx", Samples.xlsx());
        documents.put("talk.pptx", Samples.pptx());
        documents.put("note.odt", Samples.odt());
        documents.put("page.bin", page.getBytes(StandardCharsets.UTF_8));
        documents.put("code.py", "print('grüße')\n".getBytes(StandardCharsets.UTF_8));
        documents.put("old.txt", "Grüße aus Köln".getBytes(Charset.forName("windows-1252")));
        documents.put("中文.txt", "春眠不觉晓，处处闻啼鸟。".getBytes(Charset.forName("GB18030")));
        documents.put("marked.md", "\uFEFF# Überschrift".getBytes(StandardCharsets.UTF_16LE));
        var expected = List.of(
                "Dear reader",
                "Hello\tyou\nBye",
                "Numbers\nbanana\t42\nhere",
                "first\n\nlast",
                "Title\na b\tc",
                "T\nHead\none two\na\tb",
                "print('grüße')",
                "Grüße aus Köln",
                "春眠不觉晓，处处闻啼鸟。",
                "# Überschrift");
        var ids = documents.entrySet().stream()
                .map(entry -> add(ann, entry.getKey(), entry.getValue()))
                .toList();
        for (int i = 0; i < ids.size(); i++) {
            assertThat(end(ann, ids.get(i)).toString()).as(expected.get(i)).isEqualTo("{\"status\":\"completed\"}");
            assertThat(text(ann, ids.get(i))).isEqualTo(expected.get(i));
        }
        var list = TestApp.json(app.get(ann, FILES));
        assertThat(list.path("total").asInt()).isEqualTo(ids.size());
        assertThat(list.at("/items/0/filename").asText()).isEqualTo("marked.md");
        assertThat(list.at("/items/1/filename").asText()).isEqualTo("中文.txt");
    }

    @Test
    void documentsThatCannotBeReadSayWhy() {
        var bomb = "<w:p><w:t>" + " ".repeat(6_000_000) + "x</w:t></w:p>";
        var many = new String[20_002];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = i == 0 ? "word/document.xml" : "x" + i;
            many[i + 1] = "";
        }
        Map<String, byte[]> documents = new LinkedHashMap<>();
        documents.put("scan.pdf", Samples.pdf("", ""));
        documents.put("locked.pdf", Samples.pdf("secret", "pw"));
        documents.put("broken.pdf", "%PDF-1.7 nothing follows".getBytes(StandardCharsets.UTF_8));
        documents.put("bomb.docx", Samples.docx(bomb));
        documents.put("many.docx", Samples.zip(many));
        documents.put("cut.docx", Samples.docx("<w:p><w:t>half"));
        documents.put(
                "dtd.docx",
                Samples.zip("word/document.xml", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>"));
        documents.put("fake.docx", new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 9, 9});
        documents.put("program.exe", new byte[] {'M', 'Z', 0, 1, 2, 3, 0, 0});
        documents.put("empty.txt", "  \n ".getBytes(StandardCharsets.UTF_8));
        for (var entry : documents.entrySet()) {
            var id = add(ann, entry.getKey(), entry.getValue());
            var end = end(ann, id);
            assertThat(end.path("status").asText()).as(entry.getKey()).isEqualTo("failed");
            assertThat(end.path("error").asText())
                    .as(entry.getKey())
                    .hasSizeGreaterThan(15)
                    .doesNotContain("Exception");
            assertThat(text(ann, id)).isEmpty();
        }
    }

    @Test
    void textIsGivenBackWithTheEncodingThatItHas() {
        var long8 = "河流".repeat(20_000); // the first piece that is looked at ends within a character
        record Case(byte[] bytes, String charset) {}
        for (var known : List.of(
                new Case(("a" + long8).getBytes(java.nio.charset.StandardCharsets.UTF_8), "utf-8"),
                new Case("plain".getBytes(), "utf-8"),
                new Case("我们去北京旅游".getBytes(java.nio.charset.Charset.forName("GB18030")), "gb18030"),
                new Case("\uFEFFriver".getBytes(java.nio.charset.StandardCharsets.UTF_16LE), "utf-16le"),
                new Case("Flüße".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), "windows-1252"))) {
            var id = add(ann, "x.txt", known.bytes());
            assertThat(app.get(ann, FILES + id + "/content")
                            .headers()
                            .firstValue("Content-Type")
                            .map(type -> type.replace(" ", "")))
                    .hasValue("text/plain;charset=" + known.charset());
        }
    }

    @Test
    void whatIsGivenBackIsNeverAPageOfOurs() {
        var svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        var html = add(ann, "x.html", "<html><script>alert(1)</script>hi</html>".getBytes());
        var vector = add(ann, "x.svg", svg.getBytes());
        var zip = add(ann, "x.zip", Samples.zip("a", "b"));
        var image = add(ann, "x.txt", new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0});
        for (var id : List.of(html, vector, zip, image)) {
            for (var path : List.of("/content", "/content/html", "/content/page.html", "/content?attachment=true")) {
                var answer = app.get(ann, FILES + id + path);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                        .matches("(text/plain|application/octet-stream|image/png).*");
                assertThat(answer.headers().firstValue("X-Content-Type-Options"))
                        .contains("nosniff");
                assertThat(answer.headers()
                                .firstValue("Content-Security-Policy")
                                .orElse(""))
                        .contains("sandbox");
            }
        }
        assertThat(disposition(html, "")).startsWith("attachment");
        assertThat(disposition(zip, "")).startsWith("attachment");
        assertThat(disposition(image, "")).startsWith("inline");
        assertThat(disposition(image, "?attachment=true"))
                .startsWith("attachment")
                .contains("x.txt");
        assertThat(app.get(ann, FILES + vector + "/content").body()).isEqualTo(svg);
        assertThat(end(ann, image).path("status").asText()).isEqualTo("completed");
    }

    private String disposition(String id, String query) {
        return app.get(ann, FILES + id + "/content" + query)
                .headers()
                .firstValue("Content-Disposition")
                .orElse("");
    }

    @Test
    void filesAreFoundRenamedRewrittenAndDeletedByTheirOwnerOnly() {
        var answer = TestApp.json(upload(ann, "../../Plan B.md", "# Plan".getBytes(), "{\"language\":\"en\"}"));
        assertThat(answer.path("filename").asText()).isEqualTo("Plan B.md");
        assertThat(answer.at("/meta/data/language").asText()).isEqualTo("en");
        assertThat(answer.at("/meta/content_type").asText()).isEqualTo("text/markdown");
        assertThat(answer.path("status").asBoolean()).isTrue();
        var id = answer.path("id").asText();
        assertThat(end(ann, id).path("status").asText()).isEqualTo("completed");
        assertThat(TestApp.json(app.get(ann, FILES + id)).at("/data/content").asText())
                .isEqualTo("# Plan");
        assertThat(TestApp.json(app.get(ann, FILES + "search?filename=plan*"))).hasSize(1);
        assertThat(TestApp.json(app.get(ann, FILES + "search?filename=plan"))).isEmpty();
        assertThat(app.get(ann, FILES + "count").body()).isEqualTo("1");

        var unknown = TestApp.json(app.get(bob, FILES + "none")).path("detail");
        for (var request : List.of(
                "GET ",
                "GET /process/status",
                "GET /data/content",
                "POST /data/content/update",
                "GET /content",
                "GET /content/html",
                "POST /rename",
                "DELETE ")) {
            var parts = request.split(" ", 2);
            var body = parts[0].equals("POST") ? "{\"content\":\"x\",\"filename\":\"x\"}" : null;
            var refused = app.send(bob, parts[0], FILES + id + parts[1], body);
            assertThat(refused.statusCode()).as(request).isEqualTo(404);
            assertThat(TestApp.json(refused).path("detail")).isEqualTo(unknown);
        }
        assertThat(end(bob, id).path("status").asText()).isEqualTo("not_found");
        assertThat(TestApp.json(app.get(bob, FILES)).path("total").asInt()).isZero();

        assertThat(TestApp.json(app.post(ann, FILES + id + "/rename", "{\"filename\":\"c.md\"}"))
                        .path("filename")
                        .asText())
                .isEqualTo("c.md");
        app.post(ann, FILES + id + "/data/content/update", "{\"content\":\"mine\"}");
        assertThat(text(ann, id)).isEqualTo("mine");
        assertThat(app.post(ann, FILES + id + "/data/content/update", "{}").statusCode())
                .isEqualTo(422);
        assertThat(app.get(admin, FILES + id).statusCode()).isEqualTo(200);
        assertThat(app.send(ann, "DELETE", FILES + id, null).statusCode()).isEqualTo(200);
        assertThat(app.get(ann, FILES + id).statusCode()).isEqualTo(404);
        add(ann, "y.txt", "y".getBytes());
        app.send(admin, "DELETE", FILES + "all", null);
        assertThat(app.get(ann, FILES + "count").body()).isEqualTo("0");
    }

    @Test
    void uploadsAreBoundedAndOfTheKindsThatAdminsAllow() {
        assertThat(app.post(ann, FILES, "{}").statusCode()).isEqualTo(415);
        assertThat(upload(ann, "a.txt", "x".getBytes(), "not json").statusCode())
                .isEqualTo(422);
        assertThat(upload(ann, "..", "x".getBytes(), null).statusCode()).isEqualTo(422);
        app.post(
                admin,
                "/api/v1/configs/import",
                "{\"config\":{\"RAG_FILE_MAX_SIZE\":\"1\",\"RAG_ALLOWED_FILE_EXTENSIONS\":\"txt, md\"}}");
        assertThat(upload(ann, "a.txt", new byte[(1 << 20) + 1], null).statusCode())
                .isEqualTo(413);
        assertThat(upload(ann, "a.txt", new byte[3 << 20], null).statusCode()).isEqualTo(413);
        assertThat(upload(ann, "a.pdf", "x".getBytes(), null).statusCode()).isEqualTo(400);
        assertThat(upload(ann, "noending", "x".getBytes(), null).statusCode()).isEqualTo(400);
        assertThat(upload(ann, "a.TXT", "x".getBytes(), null).statusCode()).isEqualTo(200);
        assertThat(app.get(ann, FILES + "count").body()).isEqualTo("1");
        assertThat(TestApp.json(app.get(ann, "/api/config"))
                        .at("/file/max_size")
                        .asInt())
                .isEqualTo(1);
    }

    private HttpResponse<String> piece(String id, String... headers) {
        return app.send(ann, "GET", FILES + id + "/content", null, headers);
    }

    @Test
    void bytesThatABrowserHasAreNotSentAgain() {
        var id = add(ann, "digits.txt", "0123456789".getBytes(StandardCharsets.UTF_8));
        var tag = piece(id).headers().firstValue("ETag").orElseThrow();
        for (var known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            var answer = piece(id, "If-None-Match", known);
            assertThat(answer.statusCode()).as(known).isEqualTo(304);
            assertThat(answer.body()).isEmpty();
            assertThat(answer.headers().firstValue("ETag")).contains(tag);
            assertThat(answer.headers().firstValue("Cache-Control")).contains("private, no-cache");
        }
        assertThat(piece(id, "If-None-Match", "\"other\"").body()).isEqualTo("0123456789");
        assertThat(app.send(bob, "GET", FILES + id + "/content", null, "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aPieceOfAFileCanBeHad() {
        var id = add(ann, "digits.txt", "0123456789".getBytes(StandardCharsets.UTF_8));
        var middle = piece(id, "Range", "bytes=2-4");
        assertThat(middle.statusCode()).isEqualTo(206);
        assertThat(middle.body()).isEqualTo("234");
        assertThat(middle.headers().firstValue("Content-Range")).contains("bytes 2-4/10");
        assertThat(piece(id, "Range", "bytes=7-").body()).isEqualTo("789");
        var head = app.send(ann, "HEAD", "/api/v1/files/" + id + "/content", null);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).contains("10");
        assertThat(head.body()).isEmpty();
        assertThat(piece(id, "Range", "bytes=-3").body()).isEqualTo("789");
        assertThat(piece(id, "Range", "bytes=8-99999999").body()).isEqualTo("89");
        var behind = piece(id, "Range", "bytes=10-");
        assertThat(behind.statusCode()).isEqualTo(416);
        assertThat(behind.headers().firstValue("Content-Range")).contains("bytes */10");
        assertThat(piece(id, "Range", "bytes=-0").statusCode()).isEqualTo(416);
        for (var nonsense : List.of("bytes=4-2", "bytes=-", "lines=1-2", "bytes=0-1,3-4")) {
            assertThat(piece(id, "Range", nonsense).statusCode()).as(nonsense).isEqualTo(200);
        }
        var tag = middle.headers().firstValue("ETag").orElseThrow();
        assertThat(piece(id, "Range", "bytes=0-0", "If-Range", tag).body()).isEqualTo("0");
        assertThat(piece(id, "Range", "bytes=0-0", "If-Range", "\"other\"").body())
                .isEqualTo("0123456789");
        assertThat(app.send(bob, "GET", FILES + id + "/content", null, "Range", "bytes=0-1")
                        .statusCode())
                .isEqualTo(404);
    }
}
