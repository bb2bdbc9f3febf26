package carafe.platform.db;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the tables of a database to the version of this program, each step whole or not at all. A database that is
 * newer, or was migrated by other files than ours, is refused and left as it is.
 */
public final class Migrations {
    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    /** The tables of Carafe. */
    public static final Migrations MAIN = of(
            "migration",
            "migrations",
            List.of(
                    "0001_start",
                    "0002_chat_share",
                    "0030_workspace",
                    "0040_routing",
                    "0045_openwebui",
                    "0050_local_chat",
                    "0060_courses",
                    "0070_workflows",
                    "0071_workflow_run_lists"));
    /** The tables of the request log: {@code log.db} on SQLite, beside the others on PostgreSQL. */
    public static final Migrations LOG_TABLES =
            of("migration_log", "migrations-log", List.of("0001_start", "0002_proxy"));

    private record Applied(int version, String name, String checksum) {}

    private final String table;
    private final List<Migration> known;

    Migrations(String table, List<Migration> known) {
        this.table = table;
        this.known = List.copyOf(known);
    }

    private static Migrations of(String table, String folder, List<String> names) {
        return new Migrations(
                table, names.stream().map(name -> Migration.load(folder, name)).toList());
    }

    /** @param backups the folder for copies of a SQLite file that is about to change; the newest three stay */
    public void apply(Db db, Path backups, Clock clock) {
        db.alone(() -> {
            db.update("CREATE TABLE IF NOT EXISTS " + table
                    + " (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, at BIGINT NOT NULL)");
            var applied = applied(db);
            compare(applied);
            var missing = known.subList(applied.size(), known.size());
            if (!applied.isEmpty() && !missing.isEmpty()) {
                backUp(db, new Backups(backups, clock), applied.getLast());
            }
            missing.forEach(migration -> up(db, migration, clock));
        });
    }

    /** The way back of the newest step, data included; never run by the program itself. */
    void undo(Db db) {
        var last = applied(db).getLast();
        var migration = known.stream()
                .filter(step -> step.version() == last.version())
                .findFirst()
                .orElseThrow();
        db.transaction(() -> {
            migration.down(db.dialect()).forEach(db::update);
            return db.update("DELETE FROM " + table + " WHERE version = ?", last.version());
        });
    }

    private List<Applied> applied(Db db) {
        return db.list(
                "SELECT version, name, checksum FROM " + table + " ORDER BY version",
                row -> new Applied(row.getInt("version"), row.getString("name"), row.getString("checksum")));
    }

    private void compare(List<Applied> applied) {
        for (int i = 0; i < applied.size(); i++) {
            var found = applied.get(i);
            if (i < known.size() && found.version() > known.get(i).version()) {
                throw refused("step " + known.get(i).version() + " is missing while " + found.name() + " was made");
            }
            if (i >= known.size()) {
                throw refused("it is newer than this program: it has " + found.name() + ", this program knows "
                        + known.size() + " steps. Start the newer version, or restore a backup");
            }
            if (!found.checksum().equals(known.get(i).checksum())) {
                throw refused("step " + found.name() + " was made from another file than "
                        + known.get(i).name() + " of this program");
            }
        }
    }

    private void up(Db db, Migration migration, Clock clock) {
        try {
            db.transaction(() -> {
                migration.up(db.dialect()).forEach(db::update);
                return db.update(
                        "INSERT INTO " + table + " (version, name, checksum, at) VALUES (?, ?, ?, ?)",
                        migration.version(),
                        migration.name(),
                        migration.checksum(),
                        clock.instant());
            });
        } catch (DbException e) {
            throw new IllegalStateException(
                    "Migration " + migration.name() + " failed and was taken back whole: " + e.getMessage(), e);
        }
        LOG.info("database migrated table={} step={}", table, migration.name());
    }

    private static void backUp(Db db, Backups backups, Applied last) {
        if (db.dialect() == Dialect.SQLITE) {
            LOG.info("database copied before the upgrade to {}", backups.make(db, last.name()));
        } else {
            LOG.warn("the database is about to be upgraded from {}; pg_dump makes a backup", last.name());
        }
    }

    private static IllegalStateException refused(String why) {
        return new IllegalStateException("This database cannot be used and was left as it is: " + why + ".");
    }
}
