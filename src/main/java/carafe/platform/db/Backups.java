package carafe.platform.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;

/** Copies of a SQLite file in one folder, named by schema version and time (UTC); the newest three stay. */
record Backups(Path folder, Clock clock) {
    private static final int KEPT = 3;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    Path make(Db db, String version) {
        try {
            Files.createDirectories(folder);
            var target = folder.resolve("carafe-" + version + "-" + TIME.format(clock.instant()) + ".db");
            db.copyTo(target);
            for (var old : newestFirst().stream().skip(KEPT).toList()) {
                Files.delete(old);
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("no backup in " + folder + ", so no upgrade", e);
        }
    }

    private List<Path> newestFirst() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("carafe-.*\\.db"))
                    .sorted(Comparator.comparing(Backups::time).reversed())
                    .toList();
        }
    }

    private static String time(Path file) {
        return file.getFileName().toString().replaceFirst(".*-(\\d{8}-\\d{6}-\\d{3})\\.db", "$1");
    }
}
