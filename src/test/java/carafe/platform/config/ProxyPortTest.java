package carafe.platform.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the proxy's port is taken from at a start: the file that its panel writes wins over the environment. */
class ProxyPortTest {
    @TempDir
    Path folder;

    private static final Map<String, String> PROCESS = Map.of("PORT", "8001", "PROXY_PORT", "8002");

    private void file(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void theFileOfTheProxyAloneSaysItsPort() throws IOException {
        file("env/.env", "PORT=8088\nFALLBACK_PORT=8089\nDATA_DIR=elsewhere\n");
        var config = Config.forProxyAlone(PROCESS, folder.resolve(".env"));
        assertThat(config.server().givenPort()).hasValue(8088);
        assertThat(config.proxy().fallbackPort()).isEqualTo(8089);
        assertThat(config.data().folder()).isNotEqualTo(Path.of("elsewhere"));
        assertThat(Config.forProxyAlone(Map.of(), folder.resolve(".env"))
                        .server()
                        .givenPort())
                .hasValue(8088);
    }

    @Test
    void besideTheServerItIsThePortOfTheProxyAlone() throws IOException {
        file(".env", "PORT=8088\nPROXY_PORT=8090\n");
        var config = Config.from(PROCESS, folder.resolve(".env"));
        assertThat(config.server().port()).isEqualTo(8001);
        assertThat(config.proxy().port()).hasValue(8090);
    }

    @Test
    void whatTheFileDoesNotSayTheEnvironmentDoes() throws IOException {
        file("env/.env", "PORT=\n");
        assertThat(Config.forProxyAlone(PROCESS, folder.resolve(".env"))
                        .server()
                        .givenPort())
                .hasValue(8001);
        Files.write(folder.resolve("env/.env"), new byte[] {'P', (byte) 0xff});
        assertThat(Config.from(PROCESS, folder.resolve(".env")).proxy().port()).hasValue(8002);
    }
}
