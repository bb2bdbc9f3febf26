package carafe.feature.proxy;

import carafe.feature.proxy.LogLine.Level;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The running log as files, one a day of UTC: {@code 2025-12-31.jsonl}, a JSON object a line. A day has at most so many
 * lines; what comes after them is dropped. For one thread.
 */
final class LogFiles {
    private static final Pattern NAME = Pattern.compile("(\\d{4}-\\d{2}-\\d{2})\\.jsonl");
    private static final int LONGEST_LINE = 1 << 20;
    private static final long LARGEST_READ = 64 << 20;
    private static final int MOST_READ = 10_000;

    private final Path folder;
    private final int limit;
    private final int days;
    private final ObjectMapper mapper;
    private LocalDate today = LocalDate.EPOCH;
    private long lines;

    /**
     * @param limit lines a day
     * @param days how long files are kept
     */
    LogFiles(Path folder, int limit, int days, ObjectMapper mapper) {
        this.folder = folder;
        this.limit = limit;
        this.days = days;
        this.mapper = mapper;
    }

    /** Appends what fits into the day. */
    void append(List<LogLine> newLines) throws IOException {
        var text = new StringBuilder();
        LocalDate day = null;
        for (var line : newLines) {
            var date = date(line.at());
            if (!date.equals(day)) {
                write(day, text);
                day = date;
            }
            if (!date.equals(today)) {
                lines = count(date);
                today = date;
            }
            if (lines < limit) {
                text.append(line.json()).append('\n');
                lines++;
            }
        }
        write(day, text);
    }

    private void write(@org.jspecify.annotations.Nullable LocalDate day, StringBuilder text) throws IOException {
        if (day != null && !text.isEmpty()) {
            Files.createDirectories(folder);
            Files.writeString(
                    file(day), text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            text.setLength(0);
        }
    }

    private long count(LocalDate day) throws IOException {
        if (!isReadable(file(day))) {
            return 0;
        }
        try (var all = Files.lines(file(day), StandardCharsets.ISO_8859_1)) {
            return all.count();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Not so for what only looks like a file, and for what is larger than we would ever write. */
    private static boolean isReadable(Path file) throws IOException {
        return Files.isRegularFile(file) && Files.size(file) <= LARGEST_READ;
    }

    private Path file(LocalDate day) {
        return folder.resolve(day + ".jsonl");
    }

    private static LocalDate date(long millis) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
    }

    /** Removes the files of days that are too old. */
    void purge(long now) throws IOException {
        var oldest = date(now).minusDays(days);
        for (var file : files()) {
            if (LocalDate.parse(file.getFileName().toString().substring(0, 10)).isBefore(oldest)) {
                Files.deleteIfExists(file);
            }
        }
    }

    void clear() throws IOException {
        for (var file : files()) {
            Files.deleteIfExists(file);
        }
        lines = 0;
    }

    /** The last lines that can be read, oldest first. */
    List<LogLine> read() throws IOException {
        var last = new ArrayDeque<LogLine>();
        for (var file : files()) {
            if (!isReadable(file)) {
                continue;
            }
            try (var reader = new BufferedReader(
                    new java.io.InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
                for (var text = reader.readLine(); text != null; text = reader.readLine()) {
                    if (text.length() <= LONGEST_LINE) {
                        parse(text).ifPresent(last::addLast);
                    }
                    if (last.size() > MOST_READ) {
                        last.removeFirst();
                    }
                }
            }
        }
        return List.copyOf(last);
    }

    private Optional<LogLine> parse(String text) {
        try {
            var json = mapper.readTree(text);
            if (!json.path("timestamp").isNumber() || !json.path("message").isTextual()) {
                return Optional.empty();
            }
            return Optional.of(new LogLine(
                    Math.round(json.path("timestamp").asDouble() * 1000),
                    level(json.path("level").asText()),
                    json.path("message").asText(),
                    json.path("path").asText(""),
                    json.path("request_id").asText(""),
                    json.path("response_content").isTextual()
                            ? json.path("response_content").asText()
                            : null));
        } catch (JsonProcessingException e) {
            return Optional.empty(); // half a line, from a full disk or a kill
        }
    }

    private static Level level(String name) {
        return switch (name) {
            case "ERROR" -> Level.ERROR;
            case "WARNING" -> Level.WARNING;
            default -> Level.INFO;
        };
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var all = Files.list(folder)) {
            return all.filter(
                            file -> NAME.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }
}
