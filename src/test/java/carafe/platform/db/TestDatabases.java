package carafe.platform.db;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.UUID;

/**
 * The engines that every store is tested on: {@code @ParameterizedClass @EnumSource(TestDatabases.class)} with
 * {@code @Parameter TestDatabases engine}. PostgreSQL is the server of {@code CARAFE_TEST_POSTGRES}, a JDBC URL with a
 * user who may create schemas; without it those tests fail.
 */
public enum TestDatabases {
    SQLITE {
        @Override
        public TestDatabase empty(Path folder) {
            return new TestDatabase("sqlite:" + folder.resolve("carafe.db"), folder, () -> {});
        }
    },
    POSTGRESQL {
        @Override
        public TestDatabase empty(Path folder) {
            var schema = "test_" + UUID.randomUUID().toString().replace("-", "");
            onServer("CREATE SCHEMA " + schema);
            var url = server() + (server().contains("?") ? "&" : "?") + "currentSchema=" + schema;
            return new TestDatabase(url, folder, () -> onServer("DROP SCHEMA " + schema + " CASCADE"));
        }
    };

    /** A database without tables; {@code folder} takes its files. */
    public abstract TestDatabase empty(Path folder);

    /** A database with the tables of Carafe. Closing it closes its Db and removes what is on the server. */
    public TestDatabase open(Path folder) {
        var database = empty(folder);
        Migrations.MAIN.apply(database.db(), folder.resolve("backup"), Clock.systemUTC());
        return database;
    }

    private static String server() {
        var url = System.getenv("CARAFE_TEST_POSTGRES");
        if (url == null) {
            throw new AssertionError("CARAFE_TEST_POSTGRES is not set: no PostgreSQL to test on");
        }
        return url;
    }

    private static void onServer(String sql) {
        try (var connection = DriverManager.getConnection(server());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError("the PostgreSQL of CARAFE_TEST_POSTGRES refused: " + sql, e);
        }
    }
}
