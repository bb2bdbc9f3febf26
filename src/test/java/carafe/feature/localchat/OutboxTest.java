package carafe.feature.localchat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.websocket.api.Callback;
import org.junit.jupiter.api.Test;

/** The queue of a socket whose reader takes one frame after the other, when the test says so. */
class OutboxTest {
    private final ObjectMapper mapper = new ObjectMapper();
    private final List<String> sent = new ArrayList<>();
    private final ArrayDeque<Callback> onTheWay = new ArrayDeque<>();
    private final AtomicLong clock = new AtomicLong(1);
    private int drained;
    private int stuck;
    private int lost;
    private final Outbox outbox = new Outbox(
            (text, callback) -> {
                sent.add(text);
                onTheWay.add(callback);
            },
            () -> drained++,
            () -> stuck++,
            () -> lost++,
            clock::get);

    private void takeOne() {
        onTheWay.poll().succeed();
    }

    private void takeAll() {
        while (!onTheWay.isEmpty()) {
            takeOne();
        }
    }

    private String text() throws Exception {
        var text = new StringBuilder();
        for (int i = 0; i < sent.size(); i++) {
            var frame = mapper.readTree(sent.get(i));
            assertThat(frame.path("seq").asInt()).isEqualTo(i);
            text.append(frame.at("/data/delta/text").asText());
        }
        return text.toString();
    }

    private void add(Block block, String piece) {
        int to = block.add(piece);
        outbox.piece(block, to - piece.length(), to, "");
    }

    @Test
    void piecesThatWaitJoinAndLoseNothing() throws Exception {
        var block = new Block("m", 0, false);
        for (int i = 0; i < 100; i++) {
            add(block, i + " \"quoted\"\n");
        }
        assertThat(sent).hasSize(1);
        takeAll();
        assertThat(sent).hasSize(2);
        var whole = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            whole.append(i).append(" \"quoted\"\n");
        }
        assertThat(text()).isEqualTo(whole.toString());
    }

    @Test
    void piecesDoNotJoinOverOtherEvents() throws Exception {
        var first = new Block("m", 0, false);
        outbox.event("hold", "{}");
        add(first, "a");
        outbox.event("content_block_stop", "{}");
        var second = new Block("m", 1, false);
        add(second, "b");
        takeAll();
        assertThat(sent.stream().map(frame -> frame.replaceAll(".*\"event\":\"([a-z_]+)\".*", "$1")))
                .containsExactly("hold", "content_block_delta", "content_block_stop", "content_block_delta");
        assertThat(text()).isEqualTo("ab");
    }

    @Test
    void longPiecesAreCutBetweenCharacters() throws Exception {
        var block = new Block("m", 0, false);
        var smiles = "x" + "😀".repeat(50_000);
        add(block, smiles);
        takeAll();
        assertThat(sent.size()).isGreaterThan(2);
        assertThat(text()).isEqualTo(smiles);
        assertThat(sent).noneMatch(frame -> frame.contains("\\uD8") || frame.endsWith("\uD83D\"}}}"));
    }

    @Test
    void aQueueIsFullByFramesOrByCharactersUntilSomethingIsTaken() throws Exception {
        var block = new Block("m", 0, false);
        outbox.event("hold", "{}");
        add(block, "x".repeat(Outbox.MOST_CHARS));
        assertThat(outbox.fullFor()).isZero();
        add(block, "y");
        clock.addAndGet(TimeUnit.SECONDS.toNanos(31));
        assertThat(outbox.fullFor()).isGreaterThan(TimeUnit.SECONDS.toNanos(30));
        assertThat(outbox.awaitRoom(1, TimeUnit.MILLISECONDS)).isFalse();
        takeOne(); // the event
        takeOne(); // a first piece
        assertThat(outbox.fullFor()).isZero();
        assertThat(outbox.awaitRoom(1, TimeUnit.MILLISECONDS)).isTrue();
        takeAll();
        assertThat(text()).hasSize(Outbox.MOST_CHARS + 1);

        for (int i = 0; i <= Outbox.MOST_FRAMES; i++) {
            outbox.event("pong", "{}");
        }
        assertThat(outbox.fullFor()).isPositive();
        assertThat(stuck).isZero();
        takeAll();
        assertThat(outbox.fullFor()).isZero();
    }

    @Test
    void whoNeverTakesAnythingIsGivenUp() {
        for (int i = 0; i < 2 * Outbox.MOST_FRAMES; i++) {
            outbox.event("history", "{}");
        }
        assertThat(stuck).isOne();
        assertThat(sent).hasSize(1);
    }

    @Test
    void theEndComesAfterTheLastFrame() {
        outbox.event("one", "{}");
        outbox.event("two", "{}");
        outbox.finish();
        outbox.event("late", "{}");
        assertThat(drained).isZero();
        takeAll();
        assertThat(sent).hasSize(2);
        assertThat(drained).isOne();
    }

    @Test
    void aConnectionThatBreaksIsToldOnce() {
        outbox.event("one", "{}");
        onTheWay.poll().fail(new java.io.IOException("gone"));
        assertThat(lost).isOne();
        assertThat(stuck).isZero(); // its reader was not slow, only gone
        outbox.event("two", "{}");
        assertThat(sent).hasSize(1);
    }
}
