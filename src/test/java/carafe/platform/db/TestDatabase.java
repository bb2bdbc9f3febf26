package carafe.platform.db;

import java.nio.file.Path;

/** One database of one test. */
public final class TestDatabase implements AutoCloseable {
    private final String url;
    private final Path folder;
    private final Runnable remove;
    private Db db;

    TestDatabase(String url, Path folder, Runnable remove) {
        this.url = url;
        this.folder = folder;
        this.remove = remove;
        this.db = Db.open(DbConfig.of(url));
    }

    public String url() {
        return url;
    }

    public Path folder() {
        return folder;
    }

    public Db db() {
        return db;
    }

    /** As after a restart of the process. */
    public Db reopen() {
        db.close();
        db = Db.open(DbConfig.of(url));
        return db;
    }

    @Override
    public void close() {
        db.close();
        remove.run();
    }
}
