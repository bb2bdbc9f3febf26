package carafe.engine.documents;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Gets the text out of files; what is complex is read by a {@link DocumentHost} with limits of its own. */
public final class Documents {
    private static final int AT_ONCE = 2;
    private static final int HEAP_MB = 256;
    private static final int MOST_BYTES = 4 * TextOut.MOST;
    private static final Set<String> KEPT_ENVIRONMENT = Set.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR");

    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final Duration patience;

    /** @param patience how long one document may take */
    public Documents(Duration patience) {
        this.patience = patience;
    }

    /**
     * The text of a file, never blank.
     *
     * @throws DocumentException when it has none or cannot be read, with the reason
     * @throws IOException when this machine fails, not the document
     */
    public String text(Path file, Kind kind) throws DocumentException, IOException, InterruptedException {
        var text = kind.isComplex() ? hosted(file, kind) : plain(file, kind);
        // neither database keeps NUL in text
        var clean = text.replace("\0", "").strip();
        if (clean.isEmpty()) {
            throw new DocumentException(
                    kind.format() == Kind.Format.PDF
                            ? "There is no text in this PDF; it may be scanned."
                            : "There is no text in this file.");
        }
        return clean;
    }

    private static String plain(Path file, Kind kind) throws DocumentException, IOException {
        if (kind.format() != Kind.Format.TEXT) {
            throw new DocumentException("Text of this kind of file (" + kind.mediaType() + ") cannot be read.");
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new DocumentException("The file has more than " + TextOut.MOST + " characters of text.");
        }
        var text = Charsets.decode(Files.readAllBytes(file));
        if (text.length() > TextOut.MOST) {
            throw new DocumentException("The file has more than " + TextOut.MOST + " characters of text.");
        }
        return text;
    }

    private String hosted(Path file, Kind kind) throws DocumentException, IOException, InterruptedException {
        places.acquire();
        try {
            return host(file, kind);
        } finally {
            places.release();
        }
    }

    private String host(Path file, Kind kind) throws DocumentException, IOException, InterruptedException {
        var builder = new ProcessBuilder(command(file, kind));
        builder.environment().keySet().retainAll(KEPT_ENVIRONMENT);
        var process = builder.start();
        try {
            var out = read(process.getInputStream(), MOST_BYTES);
            var errors = read(process.getErrorStream(), 16 * 1024);
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new DocumentException(
                        "The document takes longer than " + patience.toSeconds() + " seconds to read.");
            }
            int code = process.exitValue();
            if (code == 0) {
                return new String(out.join(), StandardCharsets.UTF_8);
            }
            var said = new String(errors.join(), StandardCharsets.UTF_8).strip();
            if (code == DocumentHost.REFUSED) {
                throw new DocumentException(said.lines().reduce("", (first, last) -> last));
            }
            throw new DocumentException("The document needs more memory than " + HEAP_MB + " MB, or is damaged.");
        } finally {
            process.destroyForcibly();
        }
    }

    private static CompletableFuture<byte[]> read(java.io.InputStream in, int most) {
        var result = new CompletableFuture<byte[]>();
        Thread.ofVirtual().name("document-text").start(() -> {
            try (in) {
                result.complete(in.readNBytes(most));
            } catch (IOException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static List<String> command(Path file, Kind kind) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MB + "m",
                "-Xss1m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.awt.headless=true",
                "-Dorg.apache.commons.logging.Log=org.apache.commons.logging.impl.NoOpLog",
                "-cp",
                System.getProperty("java.class.path"),
                DocumentHost.class.getName(),
                file.toAbsolutePath().toString(),
                kind.format().name());
    }
}
