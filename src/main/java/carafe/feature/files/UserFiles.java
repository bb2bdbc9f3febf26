package carafe.feature.files;

import carafe.engine.documents.DocumentException;
import carafe.engine.documents.Documents;
import carafe.engine.documents.Kind;
import carafe.engine.documents.Kinds;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Problem;
import carafe.platform.jobs.Job;
import carafe.platform.jobs.JobHandler;
import carafe.platform.jobs.Jobs;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes files in, has their text read by a job, and gives both out. */
public final class UserFiles {
    /** The largest file. */
    public static final long MOST_BYTES = 64L << 20;

    private static final Logger log = LoggerFactory.getLogger(UserFiles.class);
    private static final int MOST_A_PERSON = 10_000;
    private static final int TRIES = 3;
    private static final String READ = "files.read";
    private static final String SWEEP = "files.sweep";

    private final Db db;
    private final FileStore store;
    private final Blobs blobs;
    private final Documents documents;
    private final Jobs jobs;
    private final ObjectMapper mapper;
    private final Ids ids;
    private final Clock clock;

    /** @param folder where the bytes go */
    public UserFiles(Db db, Path folder, Documents documents, Jobs jobs, ObjectMapper mapper, Ids ids, Clock clock) {
        this.db = db;
        this.store = new FileStore(db, clock);
        this.blobs = new Blobs(folder, db, clock);
        this.documents = documents;
        this.jobs = jobs;
        this.mapper = mapper;
        this.ids = ids;
        this.clock = clock;
        jobs.handle(READ, new Reading());
        jobs.handle(SWEEP, job -> {
            blobs.sweep();
            job.finish(() -> jobs.enqueue(SWEEP, null, "{}", clock.instant().plus(Duration.ofHours(1))));
        });
    }

    /** Begins to remove what is over, once an hour; for after the start of the jobs. */
    public void start() {
        jobs.enqueue(SWEEP, "start", "{}", clock.instant().plusSeconds(90));
    }

    /** The rows; features that give files to models read through it. */
    public FileStore store() {
        return store;
    }

    /** Where the bytes of a file are. */
    public Path bytes(StoredFile file) {
        return blobs.place(file.hash());
    }

    /**
     * Keeps the bytes, and has their text read unless {@code process} is false.
     *
     * @throws Problem.TooLarge beyond {@code most} bytes
     */
    StoredFile add(String accountId, String name, InputStream in, long most, ObjectNode meta, boolean process) {
        if (store.count(accountId, "") >= MOST_A_PERSON) {
            throw new Problem.BadRequest("You have " + MOST_A_PERSON + " files, which is the most. Delete some.");
        }
        var file = kept(accountId, name, in, most, meta, process);
        db.transaction(() -> {
            store.insert(file);
            return file.status().isEnd() ? Optional.empty() : jobs.startHere(READ, file.id(), payload(file.id()));
        });
        return store.find(file.id()).orElse(file);
    }

    private StoredFile kept(
            String accountId, String name, InputStream in, long most, ObjectNode meta, boolean process) {
        try {
            var blob = blobs.store(in, most);
            var kind = Kinds.of(blobs.place(blob.hash()), name);
            boolean readable = process && kind.format() != Kind.Format.MEDIA;
            var status = readable ? StoredFile.Status.PENDING : StoredFile.Status.COMPLETED;
            long now = clock.millis();
            return new StoredFile(
                    ids.next(),
                    accountId,
                    name,
                    kind.mediaType(),
                    blob.hash(),
                    blob.size(),
                    status,
                    null,
                    meta,
                    now,
                    now);
        } catch (IOException e) {
            log.error("an uploaded file could not be stored", e);
            throw new Problem.Upstream(507, "storage", "The file could not be stored; the disk may be full.");
        }
    }

    private String payload(String id) {
        return mapper.createObjectNode().put("file", id).toString();
    }

    private final class Reading implements JobHandler {
        @Override
        public void run(Job job) throws Exception {
            read(job);
        }

        @Override
        public int maxAttempts() {
            return TRIES;
        }

        @Override
        public int mostAtOnce() {
            return 6; // others find places while somebody sends a shelf of documents
        }

        /** Nobody will read it any more: a page that waits for it must not wait for ever. */
        @Override
        public void gaveUp(String payload) {
            store.giveUp(file(payload), "The file could not be read; the log has more.");
        }
    }

    private String file(String payload) {
        try {
            return mapper.readTree(payload).path("file").asText();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the payload of a job is no JSON", e);
        }
    }

    private void read(Job job) throws Exception {
        var file = store.find(file(job.payload()));
        if (file.isEmpty()) {
            job.finish(() -> true); // deleted before its turn
            return;
        }
        var id = file.get().id();
        job.commit(() -> {
            store.setStatus(id, StoredFile.Status.PROCESSING);
            return true;
        });
        String text;
        try {
            var path = blobs.place(file.get().hash());
            text = documents.text(path, Kinds.of(path, file.get().name()));
        } catch (DocumentException e) {
            job.finish(() -> store.setText(id, StoredFile.Status.FAILED, e.explain(), null));
            return;
        } catch (StackOverflowError | OutOfMemoryError e) {
            // as an exception it has an outcome: another try, and in the end a file that failed
            throw new IOException("reading the file took all of the memory", e);
        }
        job.finish(() -> store.setText(id, StoredFile.Status.COMPLETED, null, text));
    }
}
