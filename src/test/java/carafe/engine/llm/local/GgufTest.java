package carafe.engine.llm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GgufTest {
    private static final int TENSOR_COUNT = 8;
    private static final int PAIR_COUNT = 16;
    private static final int FIRST_KEY = 24;

    @TempDir
    private Path folder;

    @Test
    void readsWhatTheFileSaysAboutItself() throws IOException {
        Gguf gguf = Gguf.read(TinyGguf.write(folder.resolve("tiny.gguf"), 4096));
        assertThat(gguf).isEqualTo(new Gguf("llama", "Tiny Babbler", "mit", 4096, 128, true, 12, null));
    }

    @Test
    void refusesAFileThatIsNoGguf() throws IOException {
        refuses(bytes -> bytes.put(0, (byte) 'X'), "not a GGUF");
        assertThatThrownBy(() -> Gguf.read(Files.createFile(folder.resolve("empty.gguf"))))
                .isInstanceOf(BadModelException.class)
                .hasMessageContaining("not a GGUF");
    }

    @Test
    void refusesOtherVersionsAndImpossibleCounts() throws IOException {
        refuses(bytes -> bytes.putInt(4, 1), "version 1");
        refuses(bytes -> bytes.putInt(4, Integer.reverseBytes(3)), "version");
        refuses(bytes -> bytes.putLong(TENSOR_COUNT, Long.MAX_VALUE), "counts are impossible");
        refuses(bytes -> bytes.putLong(PAIR_COUNT, -1), "counts are impossible");
        refuses(bytes -> bytes.putLong(PAIR_COUNT, 60_000), "");
    }

    @Test
    void refusesTextsAndListsLargerThanTheFile() throws IOException {
        refuses(bytes -> bytes.putLong(FIRST_KEY, Long.MAX_VALUE), "impossible length");
        refuses(bytes -> bytes.putLong(FIRST_KEY, -5), "impossible length");
        refuses(bytes -> bytes.putLong(find("tokenizer.ggml.tokens") + 8, Long.MAX_VALUE), "ends in the middle");
        refuses(bytes -> bytes.putLong(find("tokenizer.ggml.tokens") + 8, Long.MIN_VALUE), "impossible list");
        refuses(bytes -> bytes.putLong(find("tokenizer.ggml.scores") + 8, 1L << 61), "ends in the middle");
        refuses(bytes -> bytes.putInt(find("tokenizer.ggml.scores") + 4, 77), "unknown type 77");
        refuses(bytes -> bytes.putInt(find("llama.block_count"), 99), "unknown type 99");
    }

    @Test
    void refusesTensorsOutsideTheFile() throws IOException {
        int shape = find("token_embd.weight");
        refuses(bytes -> bytes.putInt(shape, 9), "impossible shape");
        refuses(bytes -> bytes.putLong(shape + 4, 0), "impossible shape");
        refuses(bytes -> bytes.putLong(shape + 4, 1L << 62), "impossibly large");
        refuses(bytes -> bytes.putLong(shape + 4, 1L << 40), "shorter than its tensors");
        refuses(bytes -> bytes.putInt(shape + 20, 77), "quantisation type 77");
        refuses(bytes -> bytes.putInt(shape + 20, 4), "quantisation type 4");
        refuses(bytes -> bytes.putLong(shape + 24, 1L << 40), "shorter than its tensors");
        refuses(bytes -> bytes.putLong(shape + 24, 7), "impossible place");
        refuses(bytes -> bytes.putLong(shape + 24, Long.MAX_VALUE - 31), "impossibly large");
    }

    @Test
    void refusesImpossibleDimensions() throws IOException {
        refuses(bytes -> bytes.putInt(find("llama.context_length") + 4, 0), "impossible context");
        refuses(bytes -> bytes.putInt(find("llama.context_length") + 4, 50_000_000), "impossible context");
        refuses(bytes -> bytes.putInt(find("llama.block_count") + 4, -1), "impossible dimensions");
    }

    @Test
    void refusesAFileCutAtAnyPlace() throws IOException {
        byte[] whole = TinyGguf.bytes(512);
        Path file = folder.resolve("cut.gguf");
        for (int length = 0; length < whole.length; length += length < 12_000 ? 97 : 9001) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Gguf.read(file)).isInstanceOf(BadModelException.class);
        }
    }

    @Test
    void answersOrRefusesWhateverBytesAreFlipped() throws IOException {
        Random random = new Random(7);
        Path file = folder.resolve("flipped.gguf");
        for (int round = 0; round < 500; round++) {
            byte[] bytes = TinyGguf.bytes(512);
            for (int flips = 0; flips < 4; flips++) {
                bytes[random.nextInt(10_000)] = (byte) random.nextInt();
            }
            Files.write(file, bytes);
            try {
                assertThat(Gguf.read(file).context()).isPositive();
            } catch (BadModelException refused) {
                assertThat(refused).hasMessageEndingWith(".");
            }
        }
    }

    private void refuses(Consumer<ByteBuffer> damage, String message) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(TinyGguf.bytes(512)).order(ByteOrder.LITTLE_ENDIAN);
        damage.accept(bytes);
        Path file = Files.write(folder.resolve("bad.gguf"), bytes.array());
        assertThatThrownBy(() -> Gguf.read(file))
                .isInstanceOf(BadModelException.class)
                .hasMessageContaining(message);
    }

    /** Where what follows this key or name begins. */
    private static int find(String name) {
        String all = new String(TinyGguf.bytes(512), StandardCharsets.ISO_8859_1);
        return all.indexOf(name) + name.length();
    }
}
