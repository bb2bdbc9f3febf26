package carafe.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class MigrationsTest {
    static final Migration ONE = Migration.of("0001_one", """
            -- up
            CREATE TABLE one (id TEXT PRIMARY KEY);
            -- down
            DROP TABLE one;
            """);
    static final Migration TWO = Migration.of("0002_two", """
            -- up
            CREATE TABLE two (id TEXT PRIMARY KEY);
            -- only sqlite
            CREATE TRIGGER two_one AFTER DELETE ON two BEGIN
                DELETE FROM one WHERE id = old.id;
            END;
            -- both
            INSERT INTO one (id) VALUES ('x');
            -- down
            DELETE FROM one;
            DROP TABLE two;
            """);

    private final TestDatabases engine;

    @TempDir
    Path folder;

    TestDatabase database;
    Db db;

    MigrationsTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void open() {
        database = engine.empty(folder);
        db = database.db();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void theTablesOfCarafeGoUpAndBackAndUpAgain() {
        for (var set : List.of(Migrations.MAIN, Migrations.LOG_TABLES)) {
            apply(set);
            apply(set);
            set.undo(db);
            apply(set);
        }
        assertThat(db.list("SELECT name FROM migration", row -> row.getString("name")))
                .containsExactly(
                        "0001_start",
                        "0002_chat_share",
                        "0030_workspace",
                        "0040_routing",
                        "0045_openwebui",
                        "0050_local_chat",
                        "0060_courses",
                        "0070_workflows",
                        "0071_workflow_run_lists");
        assertThat(db.list("SELECT id FROM job", row -> row.getString("id"))).isEmpty();
    }

    @Test
    void theWayBackLeavesNothing() {
        apply(Migrations.MAIN);
        int steps = db.list("SELECT name FROM migration", row -> row.getString("name"))
                .size();
        for (int i = 0; i < steps; i++) {
            Migrations.MAIN.undo(db);
        }
        var tables = engine == TestDatabases.SQLITE
                ? "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
                : "SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema::regnamespace"
                        + " AND relkind <> 'i'";
        assertThat(db.list(tables, row -> row.getString("name"))).containsExactly("migration");
    }

    @Test
    void aNewerDatabaseIsRefused() {
        apply(new Migrations("migration", List.of(ONE, TWO)));
        assertThatThrownBy(() -> apply(new Migrations("migration", List.of(ONE))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("newer than this program")
                .hasMessageContaining("0002_two");
    }

    @Test
    void aDatabaseMadeByOtherFilesIsRefused() {
        apply(new Migrations("migration", List.of(ONE)));
        var other = Migration.of("0001_one", ONE.text().replace("TEXT", "BIGINT"));
        assertThatThrownBy(() -> apply(new Migrations("migration", List.of(other, TWO))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another file");
        assertThatThrownBy(() -> db.list("SELECT id FROM two", row -> 1)).isInstanceOf(DbException.class);
    }

    @Test
    void aDatabaseThatMissesAStepIsRefused() {
        apply(new Migrations("migration", List.of(ONE, TWO)));
        db.update("DELETE FROM migration WHERE version = 1");
        assertThatThrownBy(() -> apply(new Migrations("migration", List.of(ONE, TWO))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("step 1 is missing");
    }

    @Test
    void aStepThatFailsHalfWayLeavesNothingAndCanBeRepeated() {
        var broken = Migration.of("0001_one", ONE.text().replace("-- down", "CREATE TABLE one (id TEXT);\n-- down"));
        assertThatThrownBy(() -> apply(new Migrations("migration", List.of(broken))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0001_one failed");
        apply(new Migrations("migration", List.of(ONE)));
        assertThat(db.list("SELECT id FROM one", row -> row.getString("id"))).isEmpty();
    }

    @Test
    void everyFileOfTheFoldersIsKnown() throws Exception {
        assertThat(filesOf("migrations"))
                .containsExactlyInAnyOrder(
                        "0001_start.sql",
                        "0002_chat_share.sql",
                        "0030_workspace.sql",
                        "0040_routing.sql",
                        "0045_openwebui.sql",
                        "0050_local_chat.sql",
                        "0060_courses.sql",
                        "0070_workflows.sql",
                        "0071_workflow_run_lists.sql");
        assertThat(filesOf("migrations-log")).containsExactlyInAnyOrder("0001_start.sql", "0002_proxy.sql");
    }

    private static List<String> filesOf(String folder) throws Exception {
        try (var files = Files.list(
                Path.of(MigrationsTest.class.getResource("/" + folder).toURI()))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private void apply(Migrations set) {
        set.apply(db, folder.resolve("backup"), Clock.systemUTC());
    }
}
