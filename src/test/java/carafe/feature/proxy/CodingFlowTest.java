package carafe.feature.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import carafe.TestApp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A coding tool at work: the shapes that such tools send to the Messages API and get from it, byte for byte. */
class CodingFlowTest {
    private static final String SYSTEM = "You are Claude Code, Anthropic's official CLI for Claude.";
    private static final String TURN = """
            {"model":"claude-sonnet-4-5-20250929","max_tokens":32000,"stream":true,"temperature":1,\
            "system":[{"type":"text","text":"%s","cache_control":{"type":"ephemeral"}},\
            {"type":"text","text":"Working directory: /home/zoë/проект 🛠\\n<env>\\u00e9</env>","cache_control":{"type":"ephemeral","ttl":"1h"}}],\
            "tools":[{"name":"Bash","description":"Runs a command","input_schema":{"type":"object","properties":\
            {"command":{"type":"string"},"timeout":{"type":"number","maximum":600000.0}},"required":["command"],"additionalProperties":false}}],\
            "thinking":{"type":"enabled","budget_tokens":31999},"metadata":{"user_id":"user_0a1b_account__session_9f"},\
            "messages":[{"role":"user","content":[{"type":"text","text":"list the files","cache_control":{"type":"ephemeral"}}]},\
            {"role":"assistant","content":[{"type":"thinking","thinking":"I need ls.","signature":"EqMBCkYIBxgC+/=="},\
            {"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix/LafPsn4a"},\
            {"type":"tool_use","id":"toolu_01A09q90qw90lq917835lq9","name":"Bash","input":{"command":"ls -la"}}]},\
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_01A09q90qw90lq917835lq9","is_error":false,\
            "content":[{"type":"text","text":"a.txt\\tb.txt"}]}]}]}""".formatted(SYSTEM);
    private static final List<String> EVENTS = List.of(
            event("message_start", """
                    {"type":"message_start","message":{"id":"msg_01X","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929",\
                    "content":[],"stop_reason":null,"usage":{"input_tokens":12,"cache_creation_input_tokens":300,"cache_read_input_tokens":4000,"output_tokens":1}}}"""),
            event(
                    "content_block_start",
                    "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}}"),
            event("ping", "{\"type\": \"ping\"}"),
            event(
                    "content_block_delta",
                    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Zwei Dateien \uD83D\uDCC1\"}}"),
            event(
                    "content_block_delta",
                    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"EqQBCgIYAhIM+/==\"}}"),
            event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":0}"),
            event(
                    "content_block_start",
                    "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_02\",\"name\":\"Bash\",\"input\":{}}}"),
            event(
                    "content_block_delta",
                    "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"command\\\": \\\"cat a.txt\\\"}\"}}"),
            event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":1}"),
            event(
                    "message_delta",
                    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":89}}"),
            event("message_stop", "{\"type\":\"message_stop\"}"));

    @TempDir
    Path folder;

    private RawServer upstream;
    private TestApp app;
    private RawSocket client;

    private static String event(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    @BeforeEach
    void open() {
        upstream = RawServer.manual();
    }

    @AfterEach
    void close() {
        client.close();
        app.close();
        upstream.close();
    }

    private void start(String... settings) throws IOException {
        Files.writeString(
                folder.resolve("no.env"), "API_BASE_URL=" + upstream.url() + "\n" + String.join("\n", settings) + "\n");
        app = TestApp.start(folder, "PROXY_PORT", "0");
        client = RawSocket.connect(app.app().proxy().orElseThrow().port());
    }

    private static String head(String path, byte[] body) {
        return "POST " + path + " HTTP/1.1\r\nhost: proxy\r\naccept: application/json\r\n"
                + "authorization: Bearer sk-ant-oat01-secret\r\nanthropic-version: 2023-06-01\r\n"
                + "anthropic-beta: claude-code-20250219,interleaved-thinking-2025-05-14\r\n"
                + "anthropic-dangerous-direct-browser-access: true\r\nuser-agent: claude-cli/2.0.14 (external, cli)\r\n"
                + "x-stainless-lang: js\r\ncontent-type: application/json\r\naccept-encoding: gzip, deflate, br, zstd\r\n"
                + "content-length: " + body.length + "\r\n\r\n";
    }

    /** Sends it and compares what arrives upstream with {@code expected}; the upstream's end of the connection. */
    private RawSocket ask(String path, String body, String expected) {
        var sent = body.getBytes(StandardCharsets.UTF_8);
        var arrives = expected.getBytes(StandardCharsets.UTF_8);
        client.send(head(path, sent)).send(sent);
        var peer = upstream.next();
        var head = peer.readHead();
        assertThat(head)
                .isEqualToIgnoringCase(head(path, arrives)
                        .replace("host: proxy", "host: 127.0.0.1:" + upstream.port())
                        .replace("\r\n\r\n", "\r\nx-forwarded-for: 127.0.0.1\r\n\r\n"));
        assertThat(peer.read(arrives.length)).isEqualTo(new String(arrives, StandardCharsets.ISO_8859_1));
        return peer;
    }

    private void streamPasses(RawSocket peer) {
        peer.send(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\n"
                        + "request-id: req_011\r\nanthropic-ratelimit-tokens-remaining: 79000\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(client.readHead())
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("request-id: req_011\r\n", "anthropic-ratelimit-tokens-remaining: 79000\r\n");
        for (var event : EVENTS) {
            var bytes = event.getBytes(StandardCharsets.UTF_8);
            peer.send(Integer.toHexString(bytes.length) + "\r\n").send(bytes).send("\r\n");
            // it is here before the next is sent
            assertThat(chunk()).isEqualTo(new String(bytes, StandardCharsets.ISO_8859_1));
        }
        peer.send("0\r\n\r\n");
        assertThat(client.readUntil("\r\n\r\n")).isEqualTo("0\r\n\r\n");
    }

    private String chunk() {
        int length = Integer.parseInt(client.readUntil("\r\n").strip(), 16);
        var data = client.read(length);
        assertThat(client.read(2)).isEqualTo("\r\n");
        return data;
    }

    @Test
    void aTurnPassesUnchangedAndIsBooked() throws Exception {
        start();
        streamPasses(ask("/v1/messages?beta=true", TURN, TURN));
        assertThat(booked()).isEqualTo("proxy claude-sonnet-4-5-20250929 4312 89 4000 200");
    }

    @Test
    void onlyThePromptIsReplacedAndItsCacheMarkStays() throws Exception {
        start("SYSTEM_PROMPT_REPLACEMENT='Be \"brief\": ça va.'");
        streamPasses(ask("/v1/messages?beta=true", TURN, TURN.replace(SYSTEM, "Be \\\"brief\\\": ça va.")));
    }

    @Test
    void anotherPromptIsKeptBehindTheOneThatIsPutBefore() throws Exception {
        start("SYSTEM_PROMPT_REPLACEMENT=Hello", "SYSTEM_PROMPT_BLOCK_INSERT_IF_NOT_EXIST=yes");
        var other = TURN.replace(SYSTEM, "You are a title writer.");
        ask(
                "/v1/messages",
                other,
                other.replace(
                        "\"system\":[",
                        "\"system\":[{\"type\":\"text\",\"text\":\"Hello\",\"cache_control\":{\"type\":\"ephemeral\"}},"));
    }

    @Test
    void tokensAreCountedWithoutAnyChange() throws Exception {
        start("SYSTEM_PROMPT_REPLACEMENT=Hello");
        var peer = ask("/v1/messages/count_tokens?beta=true", TURN, TURN);
        peer.send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{\"input_tokens\":4312}");
        assertThat(client.readMessage()).endsWith("{\"input_tokens\":4312}");
    }

    @Test
    void aCompressedAnswerStaysCompressedAndIsReadForTheLedger() throws Exception {
        start();
        var plain = "{\"id\":\"msg_1\",\"model\":\"claude-haiku\",\"usage\":{\"input_tokens\":7,\"output_tokens\":3}}";
        var packed = new java.io.ByteArrayOutputStream();
        try (var gzip = new java.util.zip.GZIPOutputStream(packed)) {
            gzip.write(plain.getBytes(StandardCharsets.UTF_8));
        }
        var peer = ask("/v1/messages", TURN, TURN);
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: "
                        + packed.size() + "\r\n\r\n")
                .send(packed.toByteArray());
        var answer = client.readMessage();
        assertThat(answer).contains("\r\nContent-Encoding: gzip\r\n");
        assertThat(answer).endsWith(packed.toString(StandardCharsets.ISO_8859_1));
        assertThat(booked()).isEqualTo("proxy claude-haiku 7 3 0 200");
    }

    @Test
    void aRefusalPassesWithItsHints() throws Exception {
        start();
        var error = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";
        var refusal = "HTTP/1.1 529 \r\nContent-Type: application/json\r\nretry-after: 7\r\nx-should-retry: true\r\n"
                + "Content-Length: " + error.length() + "\r\n\r\n" + error;
        ask("/v1/messages", TURN, TURN).send(refusal);
        assertThat(client.readMessage()).isEqualTo(refusal);
    }

    /** The one row of the ledger, once it is there. */
    private String booked() throws SQLException, InterruptedException {
        long end = System.nanoTime() + 20_000_000_000L;
        while (true) {
            try (var db = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("carafe.db"));
                    var row = db.createStatement().executeQuery("""
                            SELECT surface || ' ' || model || ' ' || tokens_in || ' ' || tokens_out || ' ' || tokens_cached || ' ' || status
                            FROM usage""")) {
                if (row.next()) {
                    var found = row.getString(1);
                    assertThat(row.next()).as("booked twice").isFalse();
                    return found;
                }
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("nothing was booked");
            }
            Thread.sleep(20);
        }
    }
}
