package carafe.feature.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.TestDatabase;
import carafe.platform.db.TestDatabases;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class FlowAppsTest {
    private static final Secret NONE = new Secret("");

    @Parameter
    TestDatabases engine;

    @TempDir
    Path folder;

    private TestDatabase database;
    private FlowApps apps;

    @BeforeEach
    void open() {
        database = engine.open(folder);
        apps = new FlowApps(database.db(), new SecretKeys(new Secret("x")), null, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void theFirstAppKeepsItsRandomKeyAtTheNextStart() {
        apps.provision(NONE, NONE);
        var first = apps.find(FlowApps.TENANT).orElseThrow();
        var secret = apps.secret(FlowApps.TENANT).orElseThrow().reveal();

        apps.provision(NONE, NONE);

        assertThat(apps.find(FlowApps.TENANT).orElseThrow().key()).isEqualTo(first.key());
        assertThat(apps.secret(FlowApps.TENANT).orElseThrow().reveal()).isEqualTo(secret);
    }

    @Test
    void aKeyThatTheOperatorSetsHoldsFromTheNextStart() {
        apps.provision(NONE, NONE);

        apps.provision(new Secret("key"), new Secret("secret"));

        assertThat(apps.find(FlowApps.TENANT).orElseThrow().key()).isEqualTo("key");
        assertThat(apps.secret(FlowApps.TENANT).orElseThrow().reveal()).isEqualTo("secret");
    }
}
