package carafe.platform.config;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folders of files that come with the program, for a place where there is nothing yet. */
public final class ShippedFolder {
    private static final Logger log = LoggerFactory.getLogger(ShippedFolder.class);

    private ShippedFolder() {}

    /**
     * Copies the resource folder {@code name} to {@code folder} unless that exists. Whole or not at all: it is unpacked
     * beside the place and moved there. A failure is logged, and the folder is not there.
     */
    public static void unpack(String name, Path folder) {
        if (Files.exists(folder)) {
            return;
        }
        var source = ShippedFolder.class.getResource("/" + name);
        try {
            var parent = folder.toAbsolutePath().getParent();
            Files.createDirectories(parent);
            var fresh = Files.createTempDirectory(parent, "." + name);
            if (source != null) {
                copy(source.toURI(), name, fresh);
            }
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, folder);
        } catch (IOException | URISyntaxException e) {
            log.warn("the {} that come with the program could not be unpacked to {}", name, folder, e);
        }
    }

    private static void copy(URI source, String name, Path target) throws IOException {
        if (!source.getScheme().equals("jar")) {
            copy(Path.of(source), target);
            return;
        }
        var jar = URI.create(source.getRawSchemeSpecificPart().replaceFirst("!/.*", ""));
        // by its path: opened by its address, a jar could be open only once in the process
        try (var files = FileSystems.newFileSystem(Path.of(jar))) {
            copy(files.getPath("/" + name), target);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var all = Files.walk(from)) {
            for (var path : (Iterable<Path>) all::iterator) {
                var target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }
}
