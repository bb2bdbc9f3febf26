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
import org.jspecify.annotations.Nullable;

/**
 * The folder of GGUF files: added ones, and any that the operator simply put there. A file appears under its final name
 * only when it is whole and sound; what was cut short is never listed and is removed.
 */
public final class ModelFiles {
    private record Seen(long size, FileTime modified, ModelFile file) {}

    private static final int LONGEST_ID = 100;
    private static final int LARGEST_RECORD = 1 << 20;
    private static final String PART = ".part";
    private static final String WORK = ".fetch";
    /** A source that says nothing for a minute is given up, so this long nothing writes only after a kill. */
    private static final Duration STALE = Duration.ofMinutes(5);

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
        try (ModelSource from = ModelSource.open(source)) {
            return add(from, new Terms(Long.MAX_VALUE, null), progress);
        }
    }

    /**
     * What is asked of a file that is added.
     *
     * @param most bytes it may have
     * @param sha256 of the file in lower-case hexadecimal, or null when any will do
     */
    record Terms(long most, @Nullable String sha256) {}

    /** As {@link #add(String, Progress)}, from an open source. */
    String add(ModelSource from, Terms terms, Progress progress) throws IOException {
        Files.createDirectories(folder);
        removeStale();
        String id = id(from.name());
        Path part = folder.resolve(id + "." + UUID.randomUUID() + PART);
        try {
            String sha256 = new ModelCopy(from, part, terms.most(), progress).run();
            if (terms.sha256() != null && !terms.sha256().equals(sha256)) {
                throw new BadModelException("The file's SHA-256 is " + sha256 + ", not the one that was given.");
            }
            keep(id, part, Gguf.read(part), from.origin(), sha256);
            return id;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Refuses an id that is taken, before gigabytes are fetched for it. */
    void refuseKnown(String name) throws IOException {
        String id = id(name);
        if (find(id).isPresent()) {
            throw new BadModelException(
                    "There is a model \"" + id + "\" already. Remove it first, or give the new one another name.");
        }
    }

    /** An empty folder beside the models for what is fetched in several steps; the caller deletes it. */
    Path workFolder() throws IOException {
        Files.createDirectories(folder);
        return Files.createDirectory(folder.resolve(UUID.randomUUID() + WORK));
    }

    /** Bytes free on the disk of the models. */
    public long free() throws IOException {
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return Files.getFileStore(there).getUsableSpace();
    }

    /** What was recorded when the model was added; empty for files that were put into the folder by hand. */
    public ObjectNode record(ModelFile file) throws IOException {
        Path sidecar = sidecar(file.path());
        return Files.exists(sidecar)
                        && Files.size(sidecar) <= LARGEST_RECORD
                        && new ObjectMapper().readTree(Files.readString(sidecar)) instanceof ObjectNode object
                ? object
                : new ObjectMapper().createObjectNode();
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

    /** What a killed server left; only a server makes these folders, and it is not more than one. */
    void removeWorkFolders() throws IOException {
        for (Path path : ending(WORK)) {
            RunFolder.delete(path);
        }
    }

    /** What a killed copy left; a running one writes all the time. */
    void removeStale() throws IOException {
        for (Path path : ending(PART)) {
            Instant written = Files.getLastModifiedTime(path).toInstant();
            if (written.isBefore(clock.instant().minus(STALE))) {
                Files.deleteIfExists(path);
            }
        }
    }

    private List<Path> ending(String end) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).toList();
        }
    }
}
