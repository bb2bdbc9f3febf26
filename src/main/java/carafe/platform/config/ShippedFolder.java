package carafe.platform.config;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
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
        // not as a file system: that reads the names of all its files into a tree first
        try (var files = new JarFile(Path.of(jar).toFile())) {
            for (var entry : (Iterable<JarEntry>) files.stream()::iterator) {
                if (entry.getName().startsWith(name + "/") && !entry.isDirectory()) {
                    var place = target.resolve(entry.getName().substring(name.length() + 1));
                    Files.createDirectories(place.getParent());
                    try (var content = files.getInputStream(entry)) {
                        Files.copy(content, place);
                    }
                }
            }
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
