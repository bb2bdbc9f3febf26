package carafe.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DbConfigTest {
    @ParameterizedTest
    @CsvSource({
        "sqlite:data/carafe.db, data/carafe.db",
        "sqlite:/var/carafe.db, /var/carafe.db",
        "jdbc:sqlite:/var/carafe.db, /var/carafe.db",
        "sqlite:///var/carafe.db, /var/carafe.db"
    })
    void aFile(String url, String path) {
        assertThat(DbConfig.of(url).place()).isEqualTo(new DbConfig.File(Path.of(path)));
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://ann:p%40ss+w@db:5433/carafe, jdbc:postgresql://db:5433/carafe, ann, p@ss+w",
        "postgres://db/carafe?sslmode=require, jdbc:postgresql://db/carafe?sslmode=require, '', ''",
        "'jdbc:postgresql://ann@one:1,two:2/carafe', 'jdbc:postgresql://one:1,two:2/carafe', ann, ''"
    })
    void aServer(String url, String jdbc, String user, String password) {
        assertThat(DbConfig.of(url).place()).isEqualTo(new DbConfig.Server(jdbc, user, password));
    }

    @Test
    void whatIsNeitherIsRefusedWithoutShowingThePassword() {
        assertThatThrownBy(() -> DbConfig.of("mysql://ann:secret@db/carafe").place())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mysql:")
                .hasMessageNotContaining("secret");
        assertThat(DbConfig.of("postgresql://ann:secret@db/carafe?password=secret"))
                .asString()
                .doesNotContain("secret");
    }
}
