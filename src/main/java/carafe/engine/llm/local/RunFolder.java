package carafe.engine.llm.local;

import carafe.platform.config.Folders;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Private folders of the children: the port is handed over there and the native library unpacked. */
final class RunFolder {
    private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
    private static final String PREFIX = "model-";

    private RunFolder() {}

    /** A new folder that nobody else may enter. */
    static Path create(Path parent) throws IOException {
        Files.createDirectories(parent);
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] owner = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        return Files.createTempDirectory(parent, PREFIX, owner);
    }

    /** Removes what children of a killed parent left; the children themselves ended with it. */
    static void clean(Path parent) {
        if (!Files.isDirectory(parent)) {
            return;
        }
        try (var folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            folders.forEach(RunFolder::delete);
        } catch (IOException e) {
            LOG.warn("Old run folders could not be removed folder={} reason={}", parent, e.toString());
        }
    }

    static void delete(Path folder) {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            LOG.warn("A model's run folder could not be removed folder={} reason={}", folder, e.toString());
        }
    }
}
