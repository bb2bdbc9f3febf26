package carafe.platform.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpRequest;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engine.IO by hand: handshakes, polls, upgrades, pings, and what ends a session. */
class TransportTest {
    SocketServer server;
    RawClient client;

    @BeforeEach
    void start() {
        start(SocketServer.settings());
    }

    private void start(SocketSettings settings) {
        server = new SocketServer(0, settings);
        client = new RawClient(server.url());
    }

    private void restart(SocketSettings settings) {
        stop();
        start(settings);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void aHandshakeSaysHowTheServerBehaves() {
        var first = client.polling();
        assertThat(first.handshake.path("upgrades").toString()).isEqualTo("[\"websocket\"]");
        assertThat(first.handshake.path("pingInterval").asInt()).isEqualTo(25_000);
        assertThat(first.handshake.path("pingTimeout").asInt()).isEqualTo(20_000);
        assertThat(first.handshake.path("maxPayload").asInt()).isEqualTo(1 << 20);
        assertThat(first.sid).hasSize(20).isNotEqualTo(client.polling().sid);

        var open = client.webSocket().next();
        assertThat(RawClient.json(open.substring(1)).path("upgrades")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 5",
        "?EIO=3&transport=polling, 5",
        "?EIO=4, 0",
        "?EIO=4&transport=pigeon, 0",
        "?EIO=4&transport=websocket, 3",
        "?EIO=4&transport=polling&j=0, 3",
        "?EIO=4&transport=polling&sid=nobody, 1",
    })
    void otherRequestsGetTheErrorOfTheProtocol(String query, int code) {
        var answer = client.get(query);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(RawClient.json(answer.body()).path("code").asInt()).isEqualTo(code);
        assertThat(RawClient.json(answer.body()).path("message").asText()).isNotEmpty();
    }

    @Test
    void aPostWithoutASessionIsNoHandshake() {
        var answer = client.post("?EIO=4&transport=polling", "40");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(RawClient.json(answer.body()).path("code").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"&sid=nobody", "&j=1"})
    void anUpgradeIsRefusedBeforeItHappens(String query) {
        assertThatThrownBy(() -> client.webSocket(query, true))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(WebSocketHandshakeException.class)
                .satisfies(e -> assertThat(((WebSocketHandshakeException) e.getCause())
                                .getResponse()
                                .statusCode())
                        .isEqualTo(400));
    }

    @Test
    void aPollWaitsForNewsAndBringsAllOfThem() throws Exception {
        var session = client.polling().connect("{}");
        var poll = session.poll();
        assertThat(session.post("42[\"send-back\",1]\u001e42[\"send-back\",2]").body())
                .isEqualTo("ok");
        var packets = new ArrayList<String>();
        packets.addAll(java.util.List.of(poll.get(20, TimeUnit.SECONDS).body().split("\u001e")));
        while (packets.size() < 2) {
            packets.add(session.next());
        }
        assertThat(packets).containsExactly("42[\"back\",1]", "42[\"back\",2]");
    }

    @Test
    void aSecondPollAtOnceEndsTheSession() throws Exception {
        var session = client.polling().connect("{}");
        var first = session.poll();
        // whichever of the two arrives second is refused, the other learns that its session is over
        var second = session.poll();
        var statuses = java.util.List.of(
                first.get(20, TimeUnit.SECONDS).statusCode(),
                second.get(20, TimeUnit.SECONDS).statusCode());
        assertThat(statuses).containsExactly(400, 400);
        assertThat(session.isOpen()).isFalse();
    }

    @Test
    void aPollUnderWayWhenTheServerStopsEndsWithAnError() throws Exception {
        try (var stopping = new SocketServer(0, SocketServer.settings());
                var guest = new RawClient(stopping.url())) {
            var session = guest.polling().connect("{}");
            var poll = session.poll();
            stopping.io.close();
            assertThat(poll.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(400);
        }
    }

    @Test
    void theClientsGoodbyeReleasesItsPoll() throws Exception {
        var session = client.polling().connect("{}");
        var poll = session.poll();
        session.post("1");
        assertThat(poll.get(20, TimeUnit.SECONDS).statusCode()).isIn(200, 400); // 400: it came after the goodbye
        assertThat(session.isOpen()).isFalse();
    }

    @Test
    void aWebSocketTakesOverFromPolling() throws Exception {
        var session = client.polling().connect("{\"token\":\"token of ann\"}");
        var poll = session.poll();
        var socket = client.webSocket("&sid=" + session.sid, true);
        socket.send("2probe");
        assertThat(socket.next()).isEqualTo("3probe");
        assertThat(poll.get(20, TimeUnit.SECONDS).body()).isEqualTo("6");
        session.post("42[\"send-back\",\"in between\"]");
        socket.send("5");
        assertThat(socket.next()).isEqualTo("42[\"back\",\"in between\"]");
        assertThat(socket.send("421[\"mine\"]").next()).isEqualTo("431[\"yours\"]");
        assertThat(session.get("").statusCode()).isEqualTo(400);
        assertThat(session.post("40").statusCode()).isEqualTo(400);
        assertThat(socket.send("422[\"echo\",1]").next()).isEqualTo("432[1]");
    }

    @Test
    void aFailedProbeLeavesThePollingAlone() {
        for (var nonsense : new String[] {"5", "40", "2", "3probe", "2probe?"}) {
            var session = client.polling().connect("{}");
            var socket = client.webSocket("&sid=" + session.sid, true);
            assertThat(socket.send(nonsense).nextEnd()).isEqualTo("closed:1002");
            session.post("421[\"echo\",1]");
            assertThat(session.next()).isEqualTo("431[1]");
        }
    }

    @Test
    void onlyOneWebSocketMayProbe() {
        var session = client.polling().connect("{}");
        // the handshake is answered before the server has taken the first one up
        assertThat(client.webSocket("&sid=" + session.sid, true).send("2probe").next())
                .isEqualTo("3probe");
        assertThatThrownBy(() -> client.webSocket("&sid=" + session.sid, true))
                .hasCauseInstanceOf(WebSocketHandshakeException.class);
    }

    @Test
    void pollsDuringAProbeReturnSoon() {
        var session = client.polling().connect("{}");
        var socket = client.webSocket("&sid=" + session.sid, true);
        assertThat(socket.send("2probe").next()).isEqualTo("3probe");
        assertThat(session.get("").body()).isEqualTo("6");
    }

    @Test
    void whoAnswersPingsStaysAndWhoDoesNotIsCutOff() {
        restart(SocketSettings.of(true, Duration.ofMillis(300), Duration.ofMillis(1_500)));
        var alive = client.webSocket().connect("{}");
        var dead = client.webSocket().connect("{}");
        for (int i = 0; i < 8; i++) {
            assertThat(alive.next()).isEqualTo("2");
            alive.send("3");
        }
        assertThat(dead.nextEnd()).startsWith("closed:");
        assertThat(alive.send("421[\"echo\",1]").received).doesNotContain("closed:0");
    }

    @Test
    void whoNeverConnectsIsSentAway() {
        restart(new SocketSettings(true, Duration.ofSeconds(25), Duration.ofSeconds(20), Duration.ofMillis(300), 100));
        var session = client.polling();
        var socket = client.webSocket();
        assertThat(socket.nextEnd()).isEqualTo("closed:1008");
        assertThat(session.isOpen()).isFalse();
    }

    @Test
    void anUnfinishedUpgradeIsGivenUp() {
        restart(new SocketSettings(true, Duration.ofSeconds(25), Duration.ofSeconds(20), Duration.ofMillis(500), 100));
        var session = client.polling().connect("{}");
        var socket = client.webSocket("&sid=" + session.sid, true);
        assertThat(socket.nextEnd()).isEqualTo("closed:1002");
        session.post("421[\"echo\",1]");
        assertThat(session.next()).isEqualTo("431[1]");
    }

    @Test
    void aFullServerLetsAStrangerGoAndNobodyWhoSignedIn() {
        restart(new SocketSettings(true, Duration.ofSeconds(25), Duration.ofSeconds(20), Duration.ofSeconds(20), 2));
        var ann = client.webSocket().connect("{\"token\":\"token of ann\"}");
        var stranger = client.webSocket().connect("{}");
        var bob = client.webSocket().connect("{\"token\":\"token of bob\"}");
        assertThat(stranger.nextEnd()).isEqualTo("closed:1013");
        assertThat(client.get("?EIO=4&transport=polling").statusCode()).isEqualTo(503);
        assertThat(client.webSocket().nextEnd()).isEqualTo("closed:1013");
        assertThat(ann.send("421[\"mine\"]").next()).isEqualTo("431[\"yours\"]");
        assertThat(bob.send("421[\"mine\"]").next()).isEqualTo("431[\"yours\"]");
    }

    @Test
    void withoutWebSocketsThereIsOnlyPolling() {
        restart(SocketSettings.of(false, Duration.ofSeconds(25), Duration.ofSeconds(20)));
        assertThat(client.polling().handshake.path("upgrades")).isEmpty();
        assertThatThrownBy(() -> client.webSocket()).hasCauseInstanceOf(WebSocketHandshakeException.class);
    }

    @Test
    void aSlowReaderIsCutOffAndTheOthersAreNot() {
        var slow = client.webSocket("", false);
        slow.send("40");
        slow.send("42[\"join\",\"hall\"]");
        var good = client.webSocket().connect("{}");
        good.send("420[\"join\",\"hall\"]").next();
        slow.send("42[\"flood\",{\"size\":100000,\"count\":400}]");
        for (int i = 0; i < 1_000; i++) {
            var answer = good.send("421[\"listeners\",\"hall\"]").next();
            if (answer.equals("431[1]")) {
                return;
            }
        }
        throw new AssertionError("the slow one is still there");
    }

    @Test
    void aStopClosesSocketsAndReleasesPolls() throws Exception {
        var session = client.polling().connect("{}");
        var poll = session.poll();
        var socket = client.webSocket().connect("{}");
        session.post("421[\"echo\",1]");
        poll.get(20, TimeUnit.SECONDS);
        var last = session.poll();
        socket.send("421[\"echo\",1]").next();
        server.io.close();
        assertThat(last.get(20, TimeUnit.SECONDS).statusCode()).isIn(200, 400);
        assertThat(socket.nextEnd()).isEqualTo("closed:1001");
        assertThat(client.get("?EIO=4&transport=polling").statusCode()).isEqualTo(503);
    }

    @Test
    void aForeignPageHearsNothingAndAListedOneDoes() {
        var foreign = client.send(client.request("?EIO=4&transport=polling")
                .header("Origin", "https://evil.example")
                .build());
        assertThat(foreign.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        var listed = client.send(client.request("?EIO=4&transport=polling")
                .header("Origin", "https://pages.example")
                .build());
        assertThat(listed.headers().firstValue("Access-Control-Allow-Origin")).contains("https://pages.example");
        var forged = client.send(client.request("?EIO=4&transport=polling&sid=x")
                .header("Origin", "https://evil.example")
                .header("Cookie", "token=x")
                .POST(HttpRequest.BodyPublishers.ofString("40"))
                .build());
        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(RawClient.json(forged.body()).path("code").asInt()).isEqualTo(4);
    }
}
