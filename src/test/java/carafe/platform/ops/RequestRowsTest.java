package carafe.platform.ops;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.db.Db;
import carafe.platform.db.DbConfig;
import carafe.platform.db.Migrations;
import carafe.platform.http.Surface;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestRowsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @TempDir
    Path dir;

    private Db db;

    @BeforeEach
    void open() {
        db = Db.open(DbConfig.of("sqlite:" + dir.resolve("log.db")));
        Migrations.LOG_TABLES.apply(db, dir.resolve("backups"), CLOCK);
    }

    @AfterEach
    void close() {
        db.close();
    }

    private static RequestRow row(String id, Instant at, @Nullable String error) {
        return new RequestRow(id, at.toEpochMilli(), Surface.OPENAI, "ann", null, "smollm2", 200, 10, 20, 3, 40, error);
    }

    private int count() {
        return db.one("SELECT count(*) FROM request", found -> found.getInt(1)).orElseThrow();
    }

    @Test
    void everyRowRecordedIsWrittenByTheTimeOfTheClose() {
        try (var rows = new RequestRows(db, 30, CLOCK)) {
            rows.start();
            for (int i = 0; i < 1_234; i++) {
                rows.record(row("request" + i, NOW, null));
            }
            rows.close();
            assertThat(rows.dropped()).isZero();
        }

        assertThat(count()).isEqualTo(1_234);
        assertThat(db.one(
                        "SELECT surface, account_id, key_id, model, status, bytes_out, total_ms FROM request WHERE id = ?",
                        found -> found.getString(1) + " " + found.getString(2) + " " + found.getString(3) + " "
                                + found.getString(4) + " " + found.getInt(5) + " " + found.getLong(6) + " "
                                + found.getLong(7),
                        "request7"))
                .hasValue("openai ann null smollm2 200 20 40");
    }

    @Test
    void rowsOlderThanTheRetentionGoAtStartHoweverMany() throws InterruptedException {
        try (var rows = new RequestRows(db, 30, CLOCK)) {
            rows.start();
            for (int i = 0; i < 1_100; i++) {
                rows.record(row("old" + i, NOW.minus(Duration.ofDays(31)), null));
            }
            rows.record(row("new", NOW.minus(Duration.ofDays(29)), null));
        }
        assertThat(count()).isPositive();

        try (var rows = new RequestRows(db, 30, CLOCK)) {
            rows.start();
            var deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            var never = new CountDownLatch(1);
            while (count() > 1 && System.nanoTime() < deadline) {
                assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
            }
        }
        assertThat(db.list("SELECT id FROM request", found -> found.getString(1)))
                .containsExactly("new");
    }

    @Test
    void whatComesFasterThanTheDatabaseIsDroppedAndCountedWithoutWaiting() {
        var rows = new RequestRows(db, 30, CLOCK); // not started: nobody takes anything away
        for (int i = 0; i < RequestRows.MOST_WAITING + 10; i++) {
            rows.record(row("request" + i, NOW, null));
        }
        assertThat(rows.dropped()).isEqualTo(10);
    }

    @Test
    void aDatabaseThatRefusesCostsTheRowsAndNothingElse() {
        db.update("DROP TABLE request_body");
        db.update("DROP TABLE request");
        try (var rows = new RequestRows(db, 30, CLOCK)) {
            rows.start();
            rows.record(row("lost", NOW, null));
            rows.close();
            assertThat(rows.dropped()).isEqualTo(1);
        }
    }

    @Test
    void errorsAreKeptWithoutSecrets() {
        try (var rows = new RequestRows(db, 30, CLOCK)) {
            rows.start();
            rows.record(row("failed", NOW, "401 for Bearer sk-abcdefghijkl"));
        }
        assertThat(db.one("SELECT error FROM request", found -> found.getString(1)))
                .hasValue("401 for Bearer " + Redaction.MASK);
    }
}
