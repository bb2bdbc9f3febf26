package carafe.feature.workflows;

import carafe.platform.config.ShippedFolder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sample workflows: JSON files in a folder, put there from the program when the folder is not there yet. What an
 * operator adds or takes away counts with the next look.
 */
final class SampleFiles {
    private static final Logger log = LoggerFactory.getLogger(SampleFiles.class);
    private static final Pattern NAME = Pattern.compile("([a-z0-9-]{1,60})\\.json");
    private static final int MOST = 100;
    private static final int MOST_BYTES = 1 << 20;

    private final Path folder;
    private final ObjectMapper mapper;

    SampleFiles(Path folder, ObjectMapper mapper) {
        this.folder = folder;
        this.mapper = mapper;
    }

    /** Once; who asks meanwhile waits. */
    synchronized void unpack() {
        ShippedFolder.unpack("workflows", folder);
    }

    /** By name, in the order of names; a file that is no workflow is logged and left out. */
    Map<String, ObjectNode> all() {
        unpack();
        var found = new LinkedHashMap<String, ObjectNode>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (var files = Files.list(folder)) {
            files.sorted().limit(MOST).forEach(file -> {
                var name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    read(file).ifPresent(sample -> found.put(name.group(1), sample));
                }
            });
        } catch (IOException e) {
            log.warn("the folder of sample workflows cannot be read", e);
        }
        return found;
    }

    private Optional<ObjectNode> read(Path file) {
        try {
            if (Files.size(file) <= MOST_BYTES
                    && mapper.readTree(Files.readString(file)) instanceof ObjectNode sample
                    && sample.path("name").isTextual()
                    && sample.path("data").isObject()) {
                return Optional.of(sample);
            }
            log.warn("the sample workflow {} has no name, no data, or is too large", file.getFileName());
        } catch (IOException e) {
            log.warn("the sample workflow {} cannot be read", file.getFileName(), e);
        }
        return Optional.empty();
    }
}
