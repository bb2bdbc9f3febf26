package carafe.engine.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Docker engine of the test's own, with the usual image in it, that may be stopped and started. Needs root. */
final class OwnEngine implements AutoCloseable {
    private final Path folder;
    private Process process;

    private OwnEngine(Path folder) throws IOException {
        this.folder = folder;
        this.process = launch();
    }

    static OwnEngine start() throws Exception {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new AssertionError("This test starts a Docker engine of its own, which needs root.");
        }
        // Not a folder of the test's: the paths of its sockets would be too long.
        var engine = new OwnEngine(Files.createTempDirectory(Path.of("/tmp"), "eng"));
        try {
            engine.awaitUp();
            try (var from = new TestImages(TestEngine.HOST);
                    var to = new TestImages(engine.address());
                    var image =
                            from.client().saveImageCmd(Languages.LOCAL_IMAGE).exec()) {
                to.client().loadImageCmd(image).exec();
            }
            return engine;
        } catch (Exception | AssertionError e) {
            engine.close();
            throw e;
        }
    }

    String address() {
        return "unix://" + folder.resolve("s");
    }

    private Process launch() throws IOException {
        var path = folder.toString();
        return new ProcessBuilder(List.of(
                        "dockerd",
                        "--data-root=" + path + "/data",
                        "--exec-root=" + path + "/x",
                        "--pidfile=" + path + "/pid",
                        "--host=" + address(),
                        "--bridge=none",
                        "--iptables=false",
                        "--ip6tables=false"))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
    }

    private void awaitUp() {
        TestEngine.await(
                () -> {
                    try {
                        DockerEngine.connect(address()).close();
                        return true;
                    } catch (EngineException e) {
                        return false;
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                () -> "the test's own dockerd does not answer: " + log());
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the test's own dockerd does not stop: " + log());
        }
    }

    void startAgain() throws IOException {
        process = launch();
        awaitUp();
    }

    @Override
    public void close() throws Exception {
        stop();
        try (var files = Files.walk(folder)) {
            for (var path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
