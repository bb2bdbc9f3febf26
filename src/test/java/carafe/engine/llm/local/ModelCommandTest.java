package carafe.engine.llm.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelCommandTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void addsListsAndRemovesAModel() throws IOException {
        Path source = Files.write(folder.resolve("Tiny.gguf"), TinyGguf.bytes(512));
        assertThat(run("add", source.toString())).isZero();
        assertThat(text(out)).isEqualTo("tiny\n");
        assertThat(text(err)).contains("100 %");
        assertThat(run("list")).isZero();
        assertThat(text(out)).contains("tiny\t", "llama\t512 tokens\tmit");
        assertThat(run("remove", "tiny")).isZero();
        assertThat(run("remove", "tiny")).isEqualTo(1);
        assertThat(text(err)).contains("There is no model \"tiny\".");
    }

    @Test
    void tellsWhatIsWrongInOneLineAndByItsExitCode() {
        assertThat(run("add", folder.resolve("absent.gguf").toString())).isEqualTo(1);
        assertThat(text(err)).startsWith("There is no file ").hasLineCount(1);
        assertThat(run()).isEqualTo(2);
        assertThat(run("add")).isEqualTo(2);
        assertThat(run("list", "what")).isEqualTo(2);
        assertThat(text(err)).contains("usage: carafe model add SOURCE");
        assertThat(text(out)).isEmpty();
    }

    private int run(String... words) {
        String[] all = new String[words.length + 2];
        System.arraycopy(words, 0, all, 0, words.length);
        all[words.length] = "--data";
        all[words.length + 1] = folder.toString();
        return ModelCommand.run(
                all,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
