package carafe.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.platform.db.TestDatabase;
import carafe.platform.db.TestDatabases;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class LiveSettingsTest {
    @Parameter
    TestDatabases engine;

    @TempDir
    Path folder;

    private TestDatabase database;

    @BeforeEach
    void open() {
        database = engine.open(folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private LiveSettings settings(Map<String, String> environment) {
        return new LiveSettings(database.db(), new SecretKeys(new Secret("x")), environment, Clock.systemUTC());
    }

    @Test
    void theTableBeatsTheEnvironmentWhichBeatsTheDefault() {
        assertThat(settings(Map.of()).text(Catalogue.JWT_EXPIRES)).isEqualTo("4w");
        var settings = settings(Map.of("JWT_EXPIRES_IN", "12h"));
        assertThat(settings.text(Catalogue.JWT_EXPIRES)).isEqualTo("12h");

        settings.set(Map.of(Catalogue.JWT_EXPIRES, "1d"), null);

        assertThat(settings.text(Catalogue.JWT_EXPIRES)).isEqualTo("1d");
        assertThat(settings(Map.of("JWT_EXPIRES_IN", "12h")).text(Catalogue.JWT_EXPIRES))
                .isEqualTo("1d");
    }

    @Test
    void aValueThatDoesNotFitChangesNothing() {
        var settings = settings(Map.of());

        assertThatThrownBy(() ->
                        settings.set(Map.of(Catalogue.ENABLE_SIGNUP, "true", Catalogue.DEFAULT_ROLE, "king"), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DEFAULT_USER_ROLE");
        assertThatThrownBy(() -> settings.set(Map.of(Catalogue.JWT_EXPIRES, "0s"), null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.set(Map.of(Catalogue.PORT, "1"), null))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(settings.text(Catalogue.ENABLE_SIGNUP)).isEmpty();
        assertThat(database.db().list("SELECT key FROM setting", row -> row.getString(1)))
                .isEmpty();
    }

    @Test
    void aChangeThatIsRolledBackNeverShows() {
        var settings = settings(Map.of());

        assertThatThrownBy(() -> database.db().transaction(() -> {
                    settings.set(Map.of(Catalogue.ENABLE_SIGNUP, "true"), null);
                    throw new IllegalStateException("and then it failed");
                }))
                .hasMessage("and then it failed");

        assertThat(settings.isOn(Catalogue.ENABLE_SIGNUP)).isFalse();
    }
}
