package carafe.feature.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import carafe.TestApp;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in and what comes out of the proxy's own port, and of its place on the main port. */
class ForwardingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    Path folder;

    private RawServer upstream;
    private TestApp app;

    @BeforeEach
    void open() {
        upstream = RawServer.manual();
    }

    @AfterEach
    void close() {
        if (app != null) {
            app.close();
        }
        upstream.close();
    }

    private RawSocket start(String... settings) throws IOException {
        Files.writeString(
                folder.resolve("no.env"),
                "API_BASE_URL=" + upstream.url() + "/base/\n" + String.join("\n", settings) + "\n");
        app = TestApp.start(folder, "PROXY_PORT", "0", "API_BASE_URL", "http://127.0.0.1:1/the-file-wins");
        return client();
    }

    private RawSocket client() {
        return RawSocket.connect(app.app().proxy().orElseThrow().port());
    }

    private String passed(RawSocket client, String request) {
        client.send(request);
        var peer = upstream.next();
        var seen = peer.readMessage();
        peer.send(OK).finish();
        assertThat(client.readMessage()).endsWith("ok");
        return seen;
    }

    @Test
    void onlyTheConnectionsOwnFieldsChange() throws IOException {
        try (var client = start()) {
            assertThat(
                            passed(
                                    client,
                                    "POST /v1/x?q=a%20b HTTP/1.1\r\nHost: proxy\r\nauthorization: Bearer sk-1\r\nX-Api-Key: k\r\n"
                                            + "anthropic-version: 2023-06-01\r\nCookie: a=1; token=notours\r\nTE: trailers\r\n"
                                            + "X-HTTP-Method-Override: DELETE\r\nAccept-Encoding: gzip, br\r\nContent-Length: 2\r\n\r\n{}"))
                    .isEqualTo("POST /base/v1/x?q=a%20b HTTP/1.1\r\nHost: 127.0.0.1:" + upstream.port()
                            + "\r\nauthorization: Bearer sk-1\r\nX-Api-Key: k\r\nanthropic-version: 2023-06-01\r\n"
                            + "Cookie: a=1; token=notours\r\nX-HTTP-Method-Override: DELETE\r\nAccept-Encoding: gzip, br\r\n"
                            + "Content-Length: 2\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n{}");
        }
    }

    @Test
    void theChainOfForwardingGrowsAndEveryCookieComesThrough() throws IOException {
        try (var client = start()) {
            client.send(
                    "GET / HTTP/1.1\r\nHost: p\r\nx-forwarded-for: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2, 3.3.3.3\r\n\r\n");
            var peer = upstream.next();
            assertThat(peer.readHead())
                    .startsWith("GET /base/ HTTP/1.1\r\n")
                    .contains("\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 127.0.0.1\r\n")
                    .doesNotContain("x-forwarded-for");
            peer.send("HTTP/1.1 200 OK\r\nSet-Cookie: a=1, b\r\nSet-Cookie: c=2\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readHead()).contains("Set-Cookie: a=1, b\r\nSet-Cookie: c=2\r\n");
        }
    }

    @Test
    void customHeadersReplaceThoseOfTheClientAndAreReadAnewWhenTheyChange() throws IOException {
        Files.writeString(folder.resolve(".env.headers.json"), """
                {"__remark": "kept out", "User-Agent": "mine/1", "x-api-key": "sk-ours", "X-N": 5, "Bad Name": "x",
                 "Content-Length": "7", "X-Inject": "a\\r\\nb: c", "X-Forwarded-For": "9.9.9.9"}""");
        try (var client = start()) {
            var seen = passed(client, "GET /a HTTP/1.1\r\nHost: p\r\nuser-agent: theirs\r\nX-API-KEY: theirs\r\n\r\n");
            assertThat(seen)
                    .contains(
                            "User-Agent: mine/1\r\n",
                            "x-api-key: sk-ours\r\n",
                            "X-N: 5\r\n",
                            "X-Forwarded-For: 9.9.9.9, 127.0.0.1\r\n")
                    .doesNotContain("theirs", "remark", "Bad Name", "Content-Length", "X-Inject");
            Files.writeString(folder.resolve(".env.headers.json"), "{\"Host\": \"other.example\"}");
            Files.setLastModifiedTime(
                    folder.resolve(".env.headers.json"), java.nio.file.attribute.FileTime.fromMillis(1));
            var deadline = System.nanoTime() + 20_000_000_000L;
            while (seen.contains("mine/1") && System.nanoTime() < deadline) {
                seen = passed(client, "GET /a HTTP/1.1\r\nHost: p\r\n\r\n");
            }
            assertThat(seen).contains("\r\nHost: other.example\r\n").doesNotContain("mine/1", "Host: 127");
        }
    }

    @Test
    void theClientsHostMayBePreserved() throws IOException {
        try (var client = start("PRESERVE_HOST=true")) {
            assertThat(passed(client, "GET /a HTTP/1.1\r\nHost: their.example:99\r\n\r\n"))
                    .contains("\r\nHost: their.example:99\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%61dmin",
                "/x/../admin",
                "//admin",
                "/admin%2F..%2Fenv",
                "/administrator",
                "/api/admins",
                "/a%2F%2e%2e/b;c=1?x=%zz&%00",
                "/\\..\\etc",
                "/api/stats/x",
                "/Health",
            })
    void otherSpellingsOfOurPathsAreTheUpstreams(String path) throws IOException {
        try (var client = start()) {
            assertThat(passed(client, "GET " + path + " HTTP/1.1\r\nHost: p\r\n\r\n"))
                    .startsWith("GET /base" + path + " HTTP/1.1\r\n");
        }
    }

    @Test
    void wholeAddressesAsProxiesGetThemArePassedByTheirPath() throws IOException {
        try (var client = start()) {
            assertThat(passed(client, "GET http://api.example/v1/x?y HTTP/1.1\r\nHost: api.example\r\n\r\n"))
                    .startsWith("GET /base/v1/x?y HTTP/1.1\r\n");
            client.send("CONNECT api.example:443 HTTP/1.1\r\nHost: api.example\r\n\r\n");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 405");
            client.send("GET v1/x HTTP/1.1\r\nHost: api.example\r\n\r\n");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void healthIsAnsweredHereEvenWithoutAnUpstream() throws IOException {
        upstream.close();
        try (var client = start()) {
            client.send("GET /health HTTP/1.1\r\nHost: p\r\n\r\n");
            var answer = client.readMessage();
            assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("Cache-Control: no-store\r\n");
            var body = new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
            assertThat(body.path("status").asText()).isEqualTo("healthy");
            assertThat(body.path("service").asText()).isEqualTo("anthropic-transparent-proxy");
            assertThat(body.path("boot_id").asText()).matches("[0-9a-f-]{36}");
            assertThat(body.path("started_at").isIntegralNumber()).isTrue();
            client.send("GET /v1/models HTTP/1.1\r\nHost: p\r\n\r\n");
            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("\r\n\r\nUpstream request failed: cannot connect to 127.0.0.1:" + upstream.port());
        }
    }

    @Test
    void browsersAtTheRootAreLedToThePanelAndProgramsUpstream() throws IOException {
        try (var client = start()) {
            client.send("GET / HTTP/1.1\r\nHost: p\r\nAccept: text/html,application/xhtml+xml\r\n\r\n");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 307 ").contains("\r\nLocation: /admin\r\n");
            assertThat(passed(client, "GET / HTTP/1.1\r\nHost: p\r\nAccept: */*\r\n\r\n"))
                    .startsWith("GET /base/ ");
        }
    }

    @Test
    void theSystemPromptIsReplacedOnItsPathAlone() throws IOException {
        try (var client = start("SYSTEM_PROMPT_REPLACEMENT='Be brief.'")) {
            var body = "{\"system\": [{\"text\": \"Old\"}], \"n\": 1.0}";
            var request = " HTTP/1.1\r\nHost: p\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body;
            assertThat(passed(client, "POST /v1/messages?beta=true" + request))
                    .contains("\r\nContent-Length: 41\r\n")
                    .endsWith("\r\n\r\n{\"system\":[{\"text\":\"Be brief.\"}],\"n\":1.0}");
            assertThat(passed(client, "POST /v1/messages/" + request)).contains("Be brief.");
            assertThat(passed(client, "POST /v1/messages/count_tokens" + request))
                    .endsWith(body);
        }
    }

    @Test
    void theCookieThatSignsPeopleInNeverGoesUpstream() throws IOException {
        try (var client = start()) {
            var ann = app.signUp("ann");
            var seen = passed(
                    client,
                    "GET /a HTTP/1.1\r\nHost: p\r\nCookie: a=1; token=" + ann.token() + "; b=2\r\nCookie: token=\""
                            + ann.token() + "\"\r\n\r\n");
            assertThat(seen).contains("\r\nCookie: a=1; b=2\r\n").doesNotContain(ann.token(), "token=");
        }
    }

    // ---- the main port ------------------------------------------------------------------------

    @Test
    void onTheMainPortTheProxyIsForPeopleWhoAreKnown() throws IOException {
        start().close();
        app.signUp("admin");
        var user = app.signUp("user");
        assertThat(app.send(null, "GET", "/proxy/v1/models", null).statusCode()).isEqualTo(401);
        assertThat(app.send(user, "GET", "/proxy/v1/models", null).statusCode())
                .as("Authorization is the upstream's")
                .isEqualTo(401);
        try (var client = RawSocket.connect(app.app().port())) {
            client.send(
                    "POST /proxy/v1%2Fx//y/?q=1 HTTP/1.1\r\nHost: m\r\nX-Carafe-Key: " + user.token()
                            + "\r\nAuthorization: Bearer sk-up\r\nX-HTTP-Method-Override: DELETE\r\nContent-Length: 3\r\n\r\nabc");
            var peer = upstream.next();
            assertThat(peer.readMessage())
                    .startsWith("POST /base/v1%2Fx//y/?q=1 HTTP/1.1\r\n")
                    .contains(
                            "Authorization: Bearer sk-up\r\n",
                            "X-HTTP-Method-Override: DELETE\r\n",
                            "X-Forwarded-For: 127.0.0.1\r\n")
                    .doesNotContain(user.token(), "X-Carafe-Key")
                    .endsWith("\r\n\r\nabc");
            peer.send(
                    "HTTP/1.1 201 Created\r\nSet-Cookie: token=evil\r\nContent-Type: text/html\r\nX-Up: 1\r\nDate: then\r\nContent-Length: 5\r\n\r\n<html");
            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 201 Created\r\n")
                    .contains(
                            "X-Up: 1\r\n",
                            "Content-Security-Policy: sandbox\r\n",
                            "X-Content-Type-Options: nosniff\r\n")
                    .contains("\r\nContent-Type: text/html\r\n", "\r\nDate: then\r\n")
                    .doesNotContain("evil", "text/plain")
                    .endsWith("<html");
        }
    }

    @Test
    void onTheMainPortStreamsPassAndBreaksAreSeen() throws IOException {
        start().close();
        var user = app.signUp("admin");
        try (var client = RawSocket.connect(app.app().port())) {
            client.send("GET /proxy/stream HTTP/1.1\r\nHost: m\r\nCookie: x=1; token=" + user.token() + "\r\n\r\n");
            var peer = upstream.next();
            assertThat(peer.readHead()).contains("\r\nCookie: x=1\r\n");
            peer.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata:1\r\n");
            client.readUntil("data:1"); // before the next is sent
            peer.send("6\r\ndata:2\r\n");
            client.readUntil("data:2");
            peer.close();
            assertThat(client.readToEnd()).doesNotContain("0\r\n\r\n");
        }
        try (var client = RawSocket.connect(app.app().port())) {
            client.send("POST /proxy/x HTTP/1.1\r\nHost: m\r\nCookie: token=" + user.token()
                    + "\r\nOrigin: https://evil.example\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 403");
        }
    }
}
