package carafe.feature.files;

import carafe.platform.http.Problem;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads multipart forms (RFC 7578) with one {@code file} and optional {@code metadata}; large ones go to disk first. */
public final class Uploads {
    private static final int MAX_METADATA = 64 * 1024;
    private static final int IN_MEMORY = 256 * 1024;

    private final Path spool;
    private final ObjectMapper mapper;

    /** @param spool the folder for what is on its way */
    public Uploads(Path spool, ObjectMapper mapper) {
        this.spool = spool;
        this.mapper = mapper;
    }

    /** What was sent; closing it removes what was spooled. */
    record Upload(String name, InputStream bytes, ObjectNode metadata, Part part) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            bytes.close();
            part.delete();
        }
    }

    Upload read(Context ctx, long most) throws IOException {
        var type = ctx.contentType();
        if (type == null || !type.startsWith("multipart/form-data")) {
            throw new Problem.UnsupportedType("multipart/form-data");
        }
        if (ctx.req().getContentLengthLong() > most + Rule.MEBIBYTE) {
            throw new Problem.TooLarge(most); // before Jetty gives the rest up, and with it the connection
        }
        Files.createDirectories(spool);
        // Jetty looks for it there when the parts are asked for
        ctx.req()
                .setAttribute(
                        "org.eclipse.jetty.multipartConfig",
                        new MultipartConfigElement(spool.toString(), -1, most + Rule.MEBIBYTE, IN_MEMORY));
        try {
            var part = ctx.req().getPart("file");
            if (part == null || part.getSubmittedFileName() == null) {
                throw new Problem.Unprocessable("'file' is required.", "file", Problem.Mistake.MISSING);
            }
            if (part.getSize() > most) {
                throw new Problem.TooLarge(most);
            }
            return new Upload(name(part.getSubmittedFileName()), part.getInputStream(), metadata(ctx), part);
        } catch (ServletException | IllegalStateException e) {
            throw isTooLarge(e)
                    ? new Problem.TooLarge(most)
                    : new Problem.BadRequest("The form could not be read; send multipart/form-data.");
        }
    }

    /** Jetty tells it only in words, of the exception or of its cause. */
    private static boolean isTooLarge(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).matches("(?is).*(max|exceed|too large).*")) {
                return true;
            }
        }
        return false;
    }

    private ObjectNode metadata(Context ctx) throws IOException, ServletException {
        var part = ctx.req().getPart("metadata");
        if (part == null) {
            return mapper.createObjectNode();
        }
        try (var in = part.getInputStream()) {
            var bytes = in.readNBytes(MAX_METADATA + 1);
            if (bytes.length <= MAX_METADATA
                    && mapper.readTree(new String(bytes, StandardCharsets.UTF_8)) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new Problem.Unprocessable("'metadata' is not valid JSON.", "metadata");
        }
        throw new Problem.Unprocessable("'metadata' must be a JSON object of at most 64 kB.", "metadata");
    }

    /** The last part of a path, without what no name needs. */
    static String name(String given) {
        var last = given.replace('\\', '/');
        last = last.substring(last.lastIndexOf('/') + 1)
                .replaceAll("\\p{Cntrl}", "")
                .strip();
        if (last.isEmpty() || last.equals(".") || last.equals("..")) {
            throw new Problem.Unprocessable("The file has no name.", "file");
        }
        return last.length() > 255 ? last.substring(last.length() - 255) : last;
    }
}
