package carafe.feature.workflows;

import carafe.platform.config.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;

/** Large values of runs, in files beside the database: a folder for each run, a file for each value, named by its hash. */
final class RunValues {
    private static final int LARGE = 10_240;
    private static final String MARK = "blob:"; // no JSON begins like this

    private static final int MOST_OLD = 100_000;

    private final Path folder;

    RunValues(Path folder) {
        this.folder = folder;
    }

    /** What the table keeps for {@code text}: itself, or where it is. */
    String kept(String runId, String text) {
        if (text.length() <= LARGE) {
            return text;
        }
        var hash = FlowStore.hash(text);
        var place = folder.resolve(runId).resolve(hash);
        try {
            if (!Files.exists(place)) {
                Files.createDirectories(place.getParent());
                var fresh = Files.createTempFile(place.getParent(), "new", ".tmp");
                try {
                    Files.writeString(fresh, text);
                    Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(fresh); // half a value, when the disk is full
                }
            }
            return MARK + hash;
        } catch (IOException e) {
            throw new UncheckedIOException("a value of a run cannot be stored", e);
        }
    }

    String whole(String runId, String kept) {
        if (!kept.startsWith(MARK)) {
            return kept;
        }
        try {
            var bytes = Files.readAllBytes(folder.resolve(runId).resolve(kept.substring(MARK.length())));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("a value of a run is no longer there", e);
        }
    }

    /** Runs that have values here and got none since {@code time}; some thousand at most. */
    List<String> olderThan(Instant time) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var runs = Files.list(folder)) {
            return runs.filter(one -> isOlder(one, time))
                    .map(one -> one.getFileName().toString())
                    .limit(MOST_OLD)
                    .toList();
        }
    }

    private static boolean isOlder(Path file, Instant time) {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(time);
        } catch (IOException e) {
            return false; // it went away just now
        }
    }

    /** Removes what a run had. */
    void delete(String runId) throws IOException {
        Folders.delete(folder.resolve(runId));
    }
}
