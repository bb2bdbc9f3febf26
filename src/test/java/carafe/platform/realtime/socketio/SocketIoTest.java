package carafe.platform.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Socket.IO by hand: who gets what, acknowledgements both ways, rooms, binary, and every kind of garbage. */
class SocketIoTest {
    SocketServer server;
    RawClient client;
    RawClient.Ws socket;

    @BeforeEach
    void start() {
        server = new SocketServer(0, SocketServer.settings());
        client = new RawClient(server.url());
        socket = client.webSocket().connect("{}");
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private RawClient.Ws ann() {
        return client.webSocket().connect("{\"token\":\"token of ann\"}");
    }

    // ---- garbage ------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "9",
                "x",
                "0{}",
                "2",
                "2probe",
                "5",
                "4",
                "47",
                "4x",
                "40",
                "40{\"token\":",
                "40[]",
                "40\"text\"",
                "41[]",
                "411",
                "42",
                "42{}",
                "42[]",
                "42[null]",
                "42[{}]",
                "42[\"connect\"]",
                "42[\"disconnecting\",1]",
                "42[\"echo\",1",
                "42[\"echo\",1]x",
                "42[\"echo\",NaN]",
                "42/admin,[\"echo\",1]",
                "421234567890123456[\"echo\",1]",
                "43[1]",
                "431{}",
                "431",
                "44{\"message\":\"I am the server\"}",
                "45[\"echo\",1]",
                "45-[\"echo\",1]",
                "4517-[\"echo\",1]",
                "45999999-[\"echo\",1]",
                "461-[1]",
                "46-1-[1]",
            })
    void garbageEndsItsSessionAndNoOther(String garbage) {
        var other = client.webSocket().connect("{}");
        assertThat(socket.send(garbage).nextEnd()).isEqualTo("closed:1002");
        assertThat(other.send("421[\"echo\",1]").next()).isEqualTo("431[1]");

        var session = client.polling().connect("{}");
        assertThat(session.post(garbage).statusCode()).isEqualTo(400);
        assertThat(session.isOpen()).isFalse();
    }

    @Test
    void whatCannotBeTextEndsAPollingSession() {
        var session = client.polling().connect("{}");
        var broken = client.request("?EIO=4&transport=polling&sid=" + session.sid)
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {'4', (byte) 0xff, (byte) 0xc0}))
                .build();
        assertThat(client.send(broken).statusCode()).isEqualTo(400);
        assertThat(session.isOpen()).isFalse();

        var binary = client.polling().connect("{}");
        var raw = client.request("?EIO=4&transport=polling&sid=" + binary.sid)
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {4}))
                .build();
        assertThat(client.send(raw).statusCode()).isEqualTo(400);
        assertThat(binary.isOpen()).isFalse();
    }

    @Test
    void deepJsonIsRefused() {
        var deep = "42[\"echo\"," + "[".repeat(1_000) + "]".repeat(1_000) + "]";
        assertThat(socket.send(deep).nextEnd()).isEqualTo("closed:1002");
    }

    @Test
    void packetsBeforeTheConnectionEndTheSession() {
        var fresh = client.webSocket();
        fresh.next();
        assertThat(fresh.send("42[\"echo\",1]").nextEnd()).isEqualTo("closed:1002");
    }

    @Test
    void anotherNamespaceIsRefusedAndTheRestGoesOn() {
        assertThat(socket.send("40/admin,{\"token\":\"token of ann\"}").next())
                .isEqualTo("44/admin,{\"message\":\"Invalid namespace\"}");
        assertThat(socket.send("421[\"echo\",1]").next()).isEqualTo("431[1]");
    }

    @Test
    void anEventThatNobodyKnowsIsDropped() {
        socket.send("42[\"nobody-knows\",1]").send("421[\"nobody-knows\"]").send("422[7]");
        assertThat(socket.send("423[\"echo\",1]").next()).isEqualTo("433[1]");
    }

    @Test
    void aHandlerThatFailsAcknowledgesWithoutAValue() {
        assertThat(socket.send("421[\"fail\"]").next()).isEqualTo("431[]");
        assertThat(socket.send("422[\"echo\",1]").next()).isEqualTo("432[1]");
    }

    @Test
    void acknowledgementsThatNobodyWaitsForAreDropped() {
        assertThat(socket.send("430[1]").send("4399[]").send("421[\"echo\",1]").next())
                .isEqualTo("431[1]");
    }

    // ---- who it is ----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"token\":null}", "{\"token\":{}}", "{\"token\":\"token of nobody\"}"})
    void strangersConnectAndGetWhatStrangersGet(String auth) {
        var stranger = client.webSocket().connect(auth);
        assertThat(stranger.send("421[\"mine\"]").next()).isEqualTo("431[]");
        server.io.emit("user:ann", "secret", IntNode.valueOf(1));
        server.io.emit("", "secret", IntNode.valueOf(1));
        assertThat(stranger.send("422[\"echo\",1]").next()).isEqualTo("432[1]");
    }

    @Test
    void anAccountHearsItsRoomOnAllItsSockets() {
        var first = ann();
        var second = ann();
        server.io.emit("user:ann", "news", TextNode.valueOf("for ann"));
        assertThat(first.next()).isEqualTo("42[\"news\",\"for ann\"]");
        assertThat(second.next()).isEqualTo("42[\"news\",\"for ann\"]");
        assertThat(socket.send("421[\"echo\",1]").next()).isEqualTo("431[1]");
    }

    @Test
    void aStrangerSignsInLaterAndAnotherAccountTakesItsPlace() {
        assertThat(socket.send("421[\"sign-in\",\"token of ann\"]").next()).isEqualTo("431[\"user:ann\"]");
        assertThat(server.io.listeners("user:ann")).isEqualTo(1);
        socket.send("420[\"join\",\"hall\"]").next();
        assertThat(socket.send("421[\"sign-in\",\"token of bob\"]").next()).isEqualTo("431[\"user:bob\"]");
        assertThat(server.io.listeners("user:ann")).isZero();
        assertThat(server.io.listeners("hall")).isZero();
        assertThat(socket.send("421[\"sign-in\",\"none\"]").next()).isEqualTo("431[\"\"]");
        assertThat(server.io.listeners("user:bob")).isZero();
    }

    @Test
    void aTokenThatNoLongerHoldsMakesAStranger() {
        var ann = ann();
        var changes = new java.util.concurrent.LinkedBlockingQueue<String>();
        server.io.onChange((changed, before) -> {
            if (!SocketIo.roomOf(before).isEmpty()) { // its own sign-in may be told of late
                changes.add(SocketIo.roomOf(before));
            }
        });
        server.revoke("ann");
        assertThat(changes).containsExactly("user:ann");
        assertThat(ann.send("421[\"mine\"]").next()).isEqualTo("431[]");
        assertThat(server.io.listeners("user:ann")).isZero();
    }

    @Test
    void aTokenThatExpiresIsNoticedByTheClock() throws Exception {
        stop();
        server = new SocketServer(0, SocketSettings.of(true, Duration.ofMillis(200), Duration.ofSeconds(20)));
        client = new RawClient(server.url());
        var changes = new java.util.concurrent.LinkedBlockingQueue<String>();
        ann();
        server.io.onChange((changed, before) -> {
            if (!SocketIo.roomOf(before).isEmpty()) { // its own sign-in may be told of late
                changes.add(SocketIo.roomOf(before));
            }
        });
        server.expire("ann");
        assertThat(changes.poll(20, TimeUnit.SECONDS)).isEqualTo("user:ann");
    }

    @Test
    void anAccountHasABoundedNumberOfSockets() {
        for (int i = 0; i < 100; i++) {
            ann();
        }
        var last = client.webSocket();
        last.next();
        assertThat(last.send("40{\"token\":\"token of ann\"}").next()).startsWith("44{\"message\":\"Too many");
        assertThat(socket.send("421[\"sign-in\",\"token of ann\"]").next()).isEqualTo("431[]");
    }

    @Test
    void strangersMayNotSayMuchAndAccountsMay() {
        var ann = ann();
        var megabyte = "x".repeat(1_000_000);
        assertThat(ann.send("421[\"echo\",\"" + megabyte + "\"]").next()).hasSize(1_000_007);
        // it may be closed before all of it is sent
        socket.socket.sendText("421[\"echo\",\"" + megabyte + "\"]", true).exceptionally(cut -> null);
        assertThat(socket.nextEnd()).isIn("closed:1009", "closed:0");

        var polling = client.polling().connect("{\"token\":\"token of ann\"}");
        polling.post("421[\"echo\",\"" + megabyte + "\"]");
        assertThat(polling.next()).hasSize(1_000_007);
        assertThat(polling.post("4".repeat((1 << 20) + 1)).statusCode()).isEqualTo(413);
        var stranger = client.polling().connect("{}");
        assertThat(stranger.post("421[\"echo\",\"" + megabyte + "\"]").statusCode())
                .isEqualTo(413);
        assertThat(stranger.isOpen()).isFalse();
    }

    // ---- acknowledgements, rooms --------------------------------------------------------------

    @Test
    void aCallWaitsForTheClientsAnswer() throws Exception {
        socket.send("42[\"ask-me\",\"why?\"]");
        assertThat(socket.next()).isEqualTo("420[\"question\",\"why?\"]");
        socket.send("430[{\"because\":1},2]");
        var answer = server.answers.poll(20, TimeUnit.SECONDS);
        assertThat(answer)
                .isInstanceOfSatisfying(
                        Ack.Answered.class,
                        answered -> assertThat(answered.value().path("because").asInt())
                                .isEqualTo(1));
    }

    @Test
    void aCallEndsWithItsDeadlineOrItsClient() throws Exception {
        socket.send("42[\"ask-me\",\"why?\"]").next();
        assertThat(server.answers.poll(20, TimeUnit.SECONDS)).isInstanceOf(Ack.TimedOut.class);
        socket.send("42[\"ask-me\",\"why?\"]").next();
        socket.send("41");
        assertThat(server.answers.poll(20, TimeUnit.SECONDS)).isInstanceOf(Ack.Gone.class);
        assertThat(server.io.call("nobody", "question", IntNode.valueOf(1), Duration.ofSeconds(1)))
                .isInstanceOf(Ack.Gone.class);
    }

    @Test
    void aHandlerThatWaitsForItsOwnClientIsTold() {
        assertThat(socket.send("421[\"ask-wrongly\",1]").next()).isEqualTo("431[]");
    }

    @Test
    void aRoomHearsAllButTheOneWhoSpeaks() {
        var other = client.webSocket().connect("{}");
        var third = client.webSocket().connect("{}");
        for (var member : new RawClient.Ws[] {socket, other, third}) {
            member.send("420[\"join\",\"hall\"]").next();
        }
        third.send("420[\"leave\",\"hall\"]").next();
        socket.send("42[\"tell\",{\"room\":\"hall\",\"text\":\"hi\"}]");
        assertThat(other.next()).isEqualTo("42[\"told\",\"hi\"]");
        assertThat(socket.send("421[\"echo\",1]").next()).isEqualTo("431[1]");
        assertThat(third.send("421[\"echo\",1]").next()).isEqualTo("431[1]");
    }

    @Test
    void whoDisconnectsLeavesAllRoomsAndMayConnectAgain() {
        socket.send("420[\"join\",\"hall\"]").next();
        socket.send("41").send("40{\"token\":\"token of ann\"}");
        assertThat(socket.next()).startsWith("40{\"sid\":");
        assertThat(server.io.listeners("hall")).isZero();
        assertThat(socket.send("421[\"mine\"]").next()).isEqualTo("431[\"yours\"]");
    }

    // ---- texts and bytes ----------------------------------------------------------------------

    @Test
    void textsComeBackAsTheyWereLoneSurrogatesIncluded() {
        var text = "\"ä 漢字 😀 \\ud83d alone \\udc00 \\u0000 \\u2028\"";
        var answer = socket.send("421[\"echo\"," + text + "]").next();
        assertThat(RawClient.json(answer.substring(3)).path(0)).isEqualTo(RawClient.json(text));
        assertThat(answer).contains("\\ud83d alone \\udc00");

        var session = client.polling().connect("{}");
        session.post("421[\"echo\"," + text + "]");
        assertThat(RawClient.json(session.next().substring(3)).path(0)).isEqualTo(RawClient.json(text));
    }

    @Test
    void bytesTravelBesideTheirEvent() {
        socket.send(
                "452-[\"send-back\",{\"a\":{\"_placeholder\":true,\"num\":1},\"b\":[{\"_placeholder\":true,\"num\":0}]}]");
        socket.sendBinary((byte) 1, (byte) 2).sendBinary((byte) 3);
        assertThat(socket.next())
                .isEqualTo(
                        "452-[\"back\",{\"a\":{\"_placeholder\":true,\"num\":0},\"b\":[{\"_placeholder\":true,\"num\":1}]}]");
        assertThat(socket.next()).isEqualTo("binary:03");
        assertThat(socket.next()).isEqualTo("binary:0102");

        socket.send("451-7[\"echo\",{\"_placeholder\":true,\"num\":0}]").sendBinary((byte) 9);
        assertThat(socket.next()).isEqualTo("461-7[{\"_placeholder\":true,\"num\":0}]");
        assertThat(socket.next()).isEqualTo("binary:09");
    }

    @Test
    void bytesTravelAsBase64OverPolling() {
        var session = client.polling().connect("{}");
        session.post("451-7[\"echo\",{\"_placeholder\":true,\"num\":0}]\u001ebAQID");
        assertThat(new ArrayList<>(java.util.List.of(session.next(), session.next())))
                .containsExactly("461-7[{\"_placeholder\":true,\"num\":0}]", "bAQID");
        assertThat(session.post("451-7[\"echo\",{\"_placeholder\":true,\"num\":0}]\u001eb*")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void attachmentsOutOfPlaceEndTheSession() {
        assertThat(socket.sendBinary((byte) 1).nextEnd()).isEqualTo("closed:1002");
        var text = client.webSocket().connect("{}");
        assertThat(text.send("451-[\"echo\",1]").send("42[\"echo\",1]").nextEnd())
                .isEqualTo("closed:1002");
        var number = client.webSocket().connect("{}");
        number.send("451-[\"echo\",{\"_placeholder\":true,\"num\":1}]");
        assertThat(number.sendBinary((byte) 1).nextEnd()).isEqualTo("closed:1002");
        var large = client.webSocket().connect("{}");
        large.send("452-[\"echo\",1]").sendBinary(new byte[20_000]);
        assertThat(large.sendBinary(new byte[20_000]).nextEnd()).isEqualTo("closed:1002");
    }
}
