package carafe.engine.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private final List<String> frames = new ArrayList<>();
    private final FrameReader reader = new FrameReader(
            (type, payload, length) -> frames.add((char) type + ":" + length + ":" + sum(payload, length)));

    private static int sum(byte[] bytes, int length) {
        return Arrays.hashCode(Arrays.copyOf(bytes, length));
    }

    @Test
    void framesComeWholeHoweverTheBytesAreCut() throws IOException {
        var random = new Random(3);
        var stream = new ByteArrayOutputStream();
        var out = new DataOutputStream(stream);
        List<String> expected = new ArrayList<>();
        for (int size : new int[] {0, 1, 5, 0, 4096, 70_000, 3, FrameReader.MAX_PAYLOAD, 2}) {
            var payload = new byte[size];
            random.nextBytes(payload);
            out.writeByte('O');
            out.writeInt(size);
            out.write(payload);
            expected.add("O:" + size + ":" + sum(payload, size));
        }
        var all = stream.toByteArray();
        for (int at = 0; at < all.length; ) {
            int n = Math.min(all.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 9000));
            reader.feed(Arrays.copyOfRange(all, at, at + n));
            at += n;
        }

        assertThat(frames).isEqualTo(expected);
    }

    @Test
    void aLengthThatNoRunnerSendsIsRefused() {
        assertThatThrownBy(() -> reader.feed(new byte[] {'O', 0, 0x10, 0, 1})).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new FrameReader((t, p, n) -> {}).feed(new byte[] {'O', -1, -1, -1, -1}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("4294967295");
    }
}
