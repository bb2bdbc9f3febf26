package carafe.platform.ops;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that never grows beyond {@code limit} bytes: full ones move to {@code name.1} … {@code name.5}, the oldest goes.
 * For one thread. A write that failed is lost; the next one opens the file anew.
 */
final class RotatedFile implements AutoCloseable {
    static final int KEPT = 5;

    private final Path file;
    private final long limit;
    private @Nullable OutputStream out;
    private long size;

    RotatedFile(Path file, long limit) {
        this.file = file;
        this.limit = limit;
    }

    void write(byte[] line) throws IOException {
        var stream = out == null ? open() : out;
        if (size > 0 && size + line.length > limit) {
            close();
            rotate();
            stream = open();
        }
        try {
            stream.write(line);
            size += line.length;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private OutputStream open() throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        var stream = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        size = Files.size(file);
        out = stream;
        return stream;
    }

    private void rotate() throws IOException {
        for (int i = KEPT; i >= 1; i--) {
            var from = i == 1 ? file : file.resolveSibling(file.getFileName() + "." + (i - 1));
            if (Files.exists(from)) {
                Files.move(
                        from, file.resolveSibling(file.getFileName() + "." + i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    @Override
    public void close() throws IOException {
        var stream = out;
        out = null;
        if (stream != null) {
            stream.close();
        }
    }
}
