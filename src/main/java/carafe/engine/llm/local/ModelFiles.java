package carafe.engine.llm.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder of GGUF files: added ones, and any that the operator simply put there. A file appears under its final name
 * only when it is whole and sound; what was cut short is never listed and is removed.
 */
public final class ModelFiles {
    private record Seen(long size, FileTime modified, ModelFile file) {}

    private static final int LONGEST_ID = 100;
    private static final Duration STALE = Duration.ofHours(1);

    private final Path folder;
    private final Clock clock;
    private Map<Path, Seen> seen = Map.of();

    public ModelFiles(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Copies a model into the folder and returns its id.
     *
     * @param source a path, an http(s) address, or either of a zip or wheel, then optionally with {@code !entry}
     * @throws BadModelException when there is no sound model or no room; nothing is left behind then
     */
    public String add(String source, Progress progress) throws IOException {
        Files.createDirectories(folder);
        removeStale();
        try (ModelSource from = ModelSource.open(source)) {
            String id = id(from.name());
            Path part = folder.resolve(id + "." + UUID.randomUUID() + ".part");
            try {
                String sha256 = new ModelCopy(from, part, progress).run();
                keep(id, part, Gguf.read(part), from.origin(), sha256);
                return id;
            } finally {
                Files.deleteIfExists(part);
            }
        }
    }

    /** All models by id, the unsound ones with their problem. */
    public synchronized List<ModelFile> list() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        Map<Path, Seen> now = new HashMap<>();
        Map<String, ModelFile> byId = new TreeMap<>();
        for (Path path : paths()) {
            Seen known = look(path);
            now.put(path, known);
            byId.putIfAbsent(known.file.id(), known.file);
        }
        seen = now;
        return List.copyOf(byId.values());
    }

    public Optional<ModelFile> find(String id) throws IOException {
        return list().stream().filter(file -> file.id().equals(id)).findFirst();
    }

    /** Deletes a model's file; returns false when there is none of that id. */
    public boolean remove(String id) throws IOException {
        Optional<ModelFile> file = find(id);
        if (file.isEmpty()) {
            return false;
        }
        Files.deleteIfExists(sidecar(file.get().path()));
        Files.deleteIfExists(file.get().path());
        return true;
    }

    /** The id that a file name gives: lower case, only letters, digits, dots, dashes and underscores. */
    static String id(String name) {
        String base = name.toLowerCase(Locale.ROOT)
                .replaceFirst("\\.gguf$", "")
                .replaceAll("[^a-z0-9._-]+", "-")
                .replaceFirst("^[.-]+", "");
        if (base.isEmpty()) {
            throw new BadModelException("The name \"" + name + "\" gives no usable id.");
        }
        return base.length() > LONGEST_ID ? base.substring(0, LONGEST_ID) : base;
    }

    private synchronized void keep(String id, Path part, Gguf header, String origin, String sha256) throws IOException {
        Path path = folder.resolve(id + ".gguf");
        if (find(id).isPresent()) {
            if (sha256.equals(recordedHash(path))) {
                return;
            }
            throw new BadModelException("There is another model \"" + id + "\" already. Remove it first.");
        }
        Path draft = folder.resolve(id + "." + UUID.randomUUID() + ".json.part");
        try {
            Files.writeString(draft, describe(id, header, origin, sha256).toPrettyString());
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
            Files.move(draft, sidecar(path), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private ObjectNode describe(String id, Gguf header, String origin, String sha256) {
        return new ObjectMapper()
                .createObjectNode()
                .put("id", id)
                .put("source", origin)
                .put("sha256", sha256)
                .put("added", clock.instant().toString())
                .put("name", header.name())
                .put("architecture", header.architecture())
                .put("context", header.context())
                .put("licence", header.licence());
    }

    private static String recordedHash(Path path) throws IOException {
        Path sidecar = sidecar(path);
        return Files.exists(sidecar)
                ? new ObjectMapper()
                        .readTree(Files.readString(sidecar))
                        .path("sha256")
                        .asText()
                : "";
    }

    private Seen look(Path path) throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
        Seen known = seen.get(path);
        if (known != null && known.size == now.size() && known.modified.equals(now.lastModifiedTime())) {
            return known;
        }
        return new Seen(now.size(), now.lastModifiedTime(), inspect(path, now.size()));
    }

    private static ModelFile inspect(Path path, long size) throws IOException {
        String id = id(path.getFileName().toString());
        try {
            return new ModelFile(id, path, size, Gguf.read(path), null);
        } catch (BadModelException e) {
            return new ModelFile(id, path, size, null, e.getMessage());
        }
    }

    private List<Path> paths() throws IOException {
        List<Path> paths = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ModelFiles::isModel)) {
            files.forEach(paths::add);
        }
        paths.sort(null);
        return paths;
    }

    private static boolean isModel(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".gguf") && name.matches(".*[a-z0-9_].*\\.gguf") && Files.isRegularFile(path);
    }

    private static Path sidecar(Path model) {
        return model.resolveSibling(model.getFileName().toString().replaceFirst("(?i)\\.gguf$", "") + ".json");
    }

    /** What a killed copy left; a running one writes all the time. */
    private void removeStale() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path path :
                    files.filter(file -> file.toString().endsWith(".part")).toList()) {
                Instant written = Files.getLastModifiedTime(path).toInstant();
                if (written.isBefore(clock.instant().minus(STALE))) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}
