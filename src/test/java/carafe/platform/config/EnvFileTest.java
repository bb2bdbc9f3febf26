package carafe.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading and writing {@code .env}: what a person wrote stays, and nothing is ever half there. */
class EnvFileTest {
    @TempDir
    Path folder;

    private Path path;
    private EnvFile file;
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-12-31T23:59:58Z"), ZoneOffset.UTC);

    @BeforeEach
    void name() {
        path = folder.resolve("env/.env");
        file = new EnvFile(path, CLOCK);
    }

    // ---- the text -----------------------------------------------------------------------------

    @Test
    void valuesAreReadAsPeopleWriteThem() {
        assertThat(new EnvText("""
                # a remark=not a value
                PLAIN=a b # remark
                export SHOWN=1
                  SPACED  =  x
                EMPTY=
                ONLY_REMARK= # nothing
                SINGLE='a # b "c" \\' \\\\ \\n $X' # remark
                DOUBLE="line\\nnext\\t\\"q\\" \\\\ \\$ 'x'"
                LINES="one
                # two
                three"
                HASH=a#b
                HASHED=#a\t# remark
                TWICE=1
                TWICE=2
                no value here
                1BAD=x
                =x
                HALF="never closed
                """).values())
                .isEqualTo(Map.ofEntries(
                        Map.entry("PLAIN", "a b"),
                        Map.entry("SHOWN", "1"),
                        Map.entry("SPACED", "x"),
                        Map.entry("EMPTY", ""),
                        Map.entry("ONLY_REMARK", ""),
                        Map.entry("SINGLE", "a # b \"c\" ' \\ \\n $X"),
                        Map.entry("DOUBLE", "line\nnext\t\"q\" \\ $ 'x'"),
                        Map.entry("LINES", "one\n# two\nthree"),
                        Map.entry("HASH", "a#b"),
                        Map.entry("HASHED", "#a"),
                        Map.entry("TWICE", "2")));
    }

    @Test
    void aChangeLeavesTheRestAsItWas() {
        var text = "\uFEFF# head\r\nA=1 # one\r\n\r\nexport B='2'\r\nA=old\r\nGARBAGE\r\nC=\"x\r\ny\"";
        var changes = new HashMap<String, String>();
        changes.put("A", "new value");
        changes.put("B", "b");
        changes.put("C", null);
        changes.put("D", "d");
        assertThat(new EnvText(text).with(changes))
                .isEqualTo("\uFEFF# head\r\n\r\nexport B=b\r\nA='new value'\r\nGARBAGE\r\nD=d\r\n");
        assertThat(new EnvText("A=1  # why\nB='x # y'\t# and this\nC= # not set\nD=#1 # key\n")
                        .with(Map.of("A", "2", "B", "z", "C", "c", "D", "#2")))
                .isEqualTo("A=2  # why\nB=z\t# and this\nC=c # not set\nD='#2' # key\n");
        assertThat(new EnvText("A=1").with(Map.of("B", "2"))).isEqualTo("A=1\nB=2\n");
        assertThat(new EnvText("").with(Map.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b", "a#b", "it's", "\"", "'\"", "\\", "a\\", "\\n", "\n", "\t", "$HOME", "`x`", " lead", "", "é漢",
                "a=b", "\\'", "''", "\u007f"
            })
    void whatIsWrittenIsReadBack(String value) {
        assertThat(new EnvText("X=" + EnvText.quoted(value) + "\n").values()).isEqualTo(Map.of("X", value));
    }

    @Test
    void whateverIsWrittenIsReadBack() {
        var random = new Random(11);
        for (int i = 0; i < 5000; i++) {
            var value = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                value.append("ab'\"\\ #\n\t$`=é".charAt(random.nextInt(13)));
            }
            var text = new EnvText("# x\nK=1\nL=2").with(Map.of("K", value.toString()));
            assertThat(new EnvText(text).values()).isEqualTo(Map.of("K", value.toString(), "L", "2"));
        }
    }

    // ---- the file -----------------------------------------------------------------------------

    @Test
    void aFirstFileIsItsOwnersAlone() throws IOException {
        file.update(Map.of("A", "1"));
        assertThat(Files.readString(path)).isEqualTo("A=1\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(folder.resolve("env"))
                .isDirectoryNotContaining(found -> found.toString().endsWith(".tmp"));
    }

    @Test
    void aCopyIsKeptAndPermissionsToo() throws IOException {
        file.update(Map.of("A", "1"));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        file.update(Map.of("A", "2"));
        assertThat(Files.readString(folder.resolve("env/backups/.env_20251231_235958")))
                .isEqualTo("A=1\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void tenCopiesAreKept() throws IOException {
        for (int i = 0; i < 13; i++) {
            new EnvFile(path, Clock.fixed(Instant.parse("2025-01-01T00:00:00Z").plusSeconds(i), ZoneOffset.UTC))
                    .update(Map.of("A", "" + i));
        }
        try (var copies = Files.list(folder.resolve("env/backups"))) {
            assertThat(copies.map(copy -> copy.getFileName().toString())
                            .sorted()
                            .toList())
                    .hasSize(10)
                    .startsWith(".env_20250101_000003");
        }
    }

    @Test
    void aCopyThatCannotBeMadeDoesNotStopTheChange() throws IOException {
        file.update(Map.of("A", "1"));
        Files.writeString(folder.resolve("env/backups"), "a file where the folder should be");
        file.update(Map.of("A", "2"));
        assertThat(Files.readString(path)).isEqualTo("A=2\n");
    }

    @Test
    void aFileThatCannotBeReplacedIsWrittenOver() throws IOException {
        file.update(Map.of("A", "1234567890"));
        var node = Files.getAttribute(path, "unix:ino");
        new EnvFile(path, CLOCK, (from, to) -> {
                    throw new FileSystemException(to.toString(), null, "Device or resource busy");
                })
                .update(Map.of("A", "2"));
        assertThat(Files.readString(path)).isEqualTo("A=2\n");
        assertThat(Files.getAttribute(path, "unix:ino")).isEqualTo(node);
    }

    @Test
    void aNewFileThatCannotTakeItsPlaceIsAnError() {
        assertThatThrownBy(() -> new EnvFile(path, CLOCK, (from, to) -> {
                            throw new FileSystemException(to.toString(), null, "Read-only file system");
                        })
                        .update(Map.of("A", "2")))
                .isInstanceOf(IOException.class);
        assertThat(path).doesNotExist();
        assertThat(folder.resolve("env")).isEmptyDirectory();
    }

    @Test
    void aDirectoryInItsPlaceIsToldWithAHint() throws IOException {
        Files.createDirectories(path);
        assertThatThrownBy(() -> file.read())
                .hasMessageContaining("is a directory")
                .hasMessageContaining("mount");
        assertThatThrownBy(() -> file.update(Map.of("A", "1"))).hasMessageContaining("is a directory");
    }

    @Test
    void anotherProgramsLockIsRespected() throws IOException {
        file.update(Map.of("A", "1"));
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            assertThatThrownBy(() -> file.update(Map.of("A", "2")))
                    .hasMessageContaining("being written by another program");
        }
        assertThat(Files.readString(path)).isEqualTo("A=1\n");
        file.update(Map.of("A", "2"));
        assertThat(Files.readString(path)).isEqualTo("A=2\n");
    }

    @Test
    void bytesThatAreNoTextAreNotTouched() throws IOException {
        Files.createDirectories(path.getParent());
        var bytes = "A=é\n".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(path, bytes);
        assertThatThrownBy(() -> file.update(Map.of("B", "2"))).hasMessageContaining("not UTF-8");
        assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
    }

    @Test
    void manyWritersLeaveNothingHalfWritten() throws Exception {
        file.update(Map.of("START", "1"));
        var writers = List.of(file, new EnvFile(path, CLOCK));
        Callable<Integer> writer = () -> {
            int written = 0;
            for (int i = 0; i < 50; i++) {
                try {
                    writers.get(i % 2).update(Map.of("K" + i, "v".repeat(1000)));
                    written++;
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining("being written by another program");
                }
            }
            return written;
        };
        try (var threads = Executors.newFixedThreadPool(4)) {
            int written = 0;
            for (var done : threads.invokeAll(List.of(writer, writer, writer, writer))) {
                written += done.get();
            }
            assertThat(written).isPositive();
        }
        assertThat(file.read())
                .containsEntry("START", "1")
                .allSatisfy((key, value) -> assertThat(value).matches("1|v{1000}"));
    }
}
