package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.TestStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are watched, cancelled, and left. */
class StreamedRunTest {
    private static final String EXECUTE = "/api/v1/code/execute";
    private static final String SLEEPER = "import time\\nprint('begun', flush=True)\\ntime.sleep(55)";

    @TempDir
    static Path folder;

    static TestApp app;
    static TestApp.User admin;
    static TestApp.User user;

    @BeforeAll
    static void start() {
        app = TestApp.startWithEngine(folder, "RATE_LIMIT_POOL_STATS", "0", "SANDBOX_CPU_PERCENT", "100");
        admin = app.signUp("admin");
        user = app.signUp("user");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static TestStream stream(TestApp.User who, String body) {
        var answer = app.stream(who, "POST", EXECUTE, body);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        return new TestStream(answer.body());
    }

    private static int inUse() {
        return TestApp.json(app.get(admin, "/api/v1/sandbox/pool/stats"))
                .path("in_use_containers")
                .asInt();
    }

    private static void awaitNothingRuns() throws InterruptedException {
        long end = System.nanoTime() + 7_000_000_000L; // before the first heartbeat of a silent stream
        while (inUse() > 0) {
            assertThat(System.nanoTime()).as("a run outlived its client").isLessThan(end);
            Thread.sleep(50);
        }
    }

    private static void awaitRun() throws InterruptedException {
        while (inUse() == 0) {
            Thread.sleep(20);
        }
    }

    @Test
    void outputComesWhileTheProgramRuns() throws Exception {
        // the second line is printed only when the test has seen the first: it is fed from another run
        try (var events = stream(user, "{\"stream\":true,\"run_id\":\"watched\",\"code\":\"" + SLEEPER + "\"}")) {
            var run = events.next();
            assertThat(run.name()).isEqualTo("run");
            assertThat(run.data().path("run_id").asText()).isEqualTo("watched");
            assertThat(events.await("stdout").data().path("text").asText()).startsWith("begun");
            assertThat(app.post(user, "/api/v1/code/cancel", "{\"run_id\":\"watched\"}")
                            .statusCode())
                    .isEqualTo(200);
            var result = events.await("result").data();
            assertThat(result.path("status").asText()).isEqualTo("cancelled");
            assertThat(result.path("success").asBoolean(true)).isFalse();
            assertThat(events.next()).isNull();
        }
        awaitNothingRuns();
    }

    @Test
    void theStreamTellsBothOutputsApartAndEndsWithTheWholeAnswer() throws Exception {
        var all = new ArrayList<TestStream.Event>();
        try (var events = stream(
                user,
                "{\"stream\":true,\"code\":\"import sys\\nprint('out')\\nprint('err', file=sys.stderr)\\nsys.exit(2)\"}")) {
            for (var event = events.next(); event != null; event = events.next()) {
                all.add(event);
            }
        }
        assertThat(all.getFirst().name()).isEqualTo("run");
        assertThat(all.getFirst().data().path("run_id").asText()).isNotBlank();
        assertThat(text(all, "stdout")).isEqualTo("out\n");
        assertThat(text(all, "stderr")).isEqualTo("err\n");
        var result = all.getLast();
        assertThat(result.name()).isEqualTo("result");
        assertThat(result.data().path("exit_code").asInt()).isEqualTo(2);
        assertThat(result.data().path("stdout").asText()).isEqualTo("out\n");
        assertThat(result.data().path("error").asText()).isEqualTo("err\n");
    }

    private static String text(Iterable<TestStream.Event> events, String name) {
        var text = new StringBuilder();
        for (var event : events) {
            if (event.name().equals(name)) {
                text.append(event.data().path("text").asText());
            }
        }
        return text.toString();
    }

    @Test
    void theAcceptHeaderAsksForAStreamToo() {
        var answer = app.send(user, "POST", EXECUTE, "{\"code\":\"print(1)\"}", "Accept", "text/event-stream");
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(answer.body()).startsWith("event: run\n").contains("event: result\n");
        var plain = app.send(
                user, "POST", EXECUTE, "{\"code\":\"print(1)\",\"stream\":false}", "Accept", "text/event-stream");
        assertThat(TestApp.json(plain).path("output").asText()).isEqualTo("1\n");
    }

    @Test
    void aRefusalInAStreamIsAnErrorEventAndABadBodyAnAnswer() throws Exception {
        try (var events = stream(user, "{\"stream\":true,\"safety\":\"basic\",\"code\":\"eval('1')\"}")) {
            var error = events.await("error").data();
            assertThat(error.path("status").asInt()).isEqualTo(400);
            assertThat(error.path("error").path("code").asText()).isEqualTo("VALIDATION_ERROR");
            assertThat(error.path("error").path("details").path("violations")).hasSize(1);
            assertThat(events.next()).isNull();
        }
        assertThat(app.post(user, EXECUTE, "{\"stream\":true}").statusCode()).isEqualTo(400);
    }

    @Test
    void aSplitCharacterArrivesWhole() throws Exception {
        var all = new ArrayList<TestStream.Event>();
        try (var events = stream(
                user,
                "{\"stream\":true,\"code\":\"import os, time\\nb = 'é😀'.encode()\\nfor x in b:\\n  os.write(1, bytes([x]))\\n"
                        + "  time.sleep(0.02)\"}")) {
            for (var event = events.next(); event != null; event = events.next()) {
                all.add(event);
            }
        }
        assertThat(text(all, "stdout")).isEqualTo("é😀");
    }

    @Test
    void onlyOnesOwnRunsCanBeCancelled() throws Exception {
        try (var events = stream(user, "{\"stream\":true,\"run_id\":\"mine\",\"code\":\"" + SLEEPER + "\"}")) {
            events.await("stdout");
            assertThat(app.post(admin, "/api/v1/code/cancel", "{\"run_id\":\"mine\"}")
                            .statusCode())
                    .isEqualTo(404);
            var twice = app.post(user, EXECUTE, "{\"run_id\":\"mine\",\"code\":\"1\"}");
            assertThat(twice.statusCode()).isEqualTo(409);
            assertThat(TestApp.json(twice).path("error").path("code").asText()).isEqualTo("CONFLICT_ERROR");
            app.post(user, "/api/v1/code/cancel", "{\"run_id\":\"mine\"}");
            events.await("result");
        }
        assertThat(app.post(user, "/api/v1/code/cancel", "{\"run_id\":\"mine\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(TestApp.json(app.post(user, EXECUTE, "{\"run_id\":\"mine\",\"code\":\"print(2)\"}"))
                        .path("output")
                        .asText())
                .isEqualTo("2\n");
    }

    @Test
    void aWatcherWhoLeavesEndsTheRun() throws Exception {
        try (var socket = send(body("{\"stream\":true,\"code\":\"" + SLEEPER + "\"}"))) {
            readUntil(socket.getInputStream(), "begun");
        }
        awaitNothingRuns();
    }

    @Test
    void whoWaitsForAPlainAnswerAndLeavesEndsTheRunToo() throws Exception {
        try (var socket = send(body("{\"code\":\"" + SLEEPER + "\"}"))) {
            assertThat(socket.isConnected()).isTrue();
            awaitRun();
        }
        awaitNothingRuns();
    }

    /** What a client sends ahead of its answer is not lost to the look for its leaving. */
    @Test
    void anImpatientClientGetsBothAnswers() throws Exception {
        try (var socket = send(body("{\"code\":\"import time\\ntime.sleep(2)\\nprint('first')\"}"))) {
            awaitRun();
            Thread.sleep(600); // the connection has been looked at
            socket.getOutputStream()
                    .write(("GET /api/v1/errors HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            var all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(all).containsSubsequence("HTTP/1.1 200", "first", "HTTP/1.1 200", "VALIDATION_ERROR");
        }
    }

    private static String body(String json) {
        return "POST " + EXECUTE + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + user.token()
                + "\r\nContent-Type: application/json\r\nContent-Length: "
                + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + json;
    }

    private static Socket send(String request) throws IOException {
        var socket = new Socket("127.0.0.1", URI.create(app.url("/")).getPort());
        socket.setSoTimeout(40_000);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static void readUntil(InputStream in, String text) throws IOException {
        var seen = new StringBuilder();
        while (seen.indexOf(text) < 0) {
            int next = in.read();
            assertThat(next).as(seen.toString()).isNotNegative();
            seen.append((char) next);
        }
    }
}
