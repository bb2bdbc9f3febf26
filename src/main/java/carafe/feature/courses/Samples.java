package carafe.feature.courses;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The courses that come with the program; they are put into a folder that is not there yet, once. */
final class Samples {
    private static final Logger log = LoggerFactory.getLogger(Samples.class);
    private static final String RESOURCE = "/courses";

    private Samples() {}

    /** Whole or not at all: they are unpacked beside {@code folder} and moved there. */
    static void unpack(Path folder) {
        if (Files.exists(folder)) {
            return;
        }
        var source = Samples.class.getResource(RESOURCE);
        try {
            var parent = folder.toAbsolutePath().getParent();
            Files.createDirectories(parent);
            var fresh = Files.createTempDirectory(parent, ".courses");
            if (source != null) {
                copy(source.toURI(), fresh);
            }
            Files.setPosixFilePermissions(fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, folder);
        } catch (IOException | URISyntaxException e) {
            log.warn("the sample courses could not be unpacked to {}", folder, e);
        }
    }

    private static void copy(URI source, Path target) throws IOException {
        if (!source.getScheme().equals("jar")) {
            copy(Path.of(source), target);
            return;
        }
        try (var jar = FileSystems.newFileSystem(source, Map.of())) {
            copy(jar.getPath(RESOURCE), target);
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
