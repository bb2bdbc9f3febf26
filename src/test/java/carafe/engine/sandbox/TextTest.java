package carafe.engine.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextTest {
    /** All kinds of beginnings, middles and ends of characters, right and wrong. */
    private static final byte[][] PIECES = {
        "a".getBytes(StandardCharsets.UTF_8),
        "é".getBytes(StandardCharsets.UTF_8),
        "€".getBytes(StandardCharsets.UTF_8),
        "😀".getBytes(StandardCharsets.UTF_8),
        {(byte) 0x80},
        {(byte) 0xe2},
        {(byte) 0xe2, (byte) 0x82},
        {(byte) 0xf0, (byte) 0x9f},
        {(byte) 0xff},
        {(byte) 0xc0, (byte) 0x80},
        {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        {(byte) 0xf4, (byte) 0x90},
    };

    @Test
    void piecesGiveTheSameTextAsTheWhole() {
        var random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            var bytes = new java.io.ByteArrayOutputStream();
            for (int i = random.nextInt(12); i > 0; i--) {
                bytes.writeBytes(PIECES[random.nextInt(PIECES.length)]);
            }
            var whole = bytes.toByteArray();
            var text = new Text();
            var heard = new StringBuilder();
            for (int at = 0; at < whole.length; ) {
                int n = 1 + random.nextInt(Math.min(5, whole.length - at));
                heard.append(text.add(whole, at, n));
                at += n;
            }
            assertThat(text.whole(false)).isEqualTo(new String(whole, StandardCharsets.UTF_8));
            assertThat(text.whole(false)).startsWith(heard);
        }
    }

    @Test
    void aCharacterThatWasCutIsLeftOut() {
        var text = new Text();
        text.add("ab€".getBytes(StandardCharsets.UTF_8), 0, 4);

        assertThat(text.whole(true)).isEqualTo("ab");
        assertThat(text.whole(false)).isEqualTo("ab\ufffd");
    }
}
