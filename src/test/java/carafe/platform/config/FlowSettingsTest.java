package carafe.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlowSettingsTest {
    private static Config.Flows flows(String... variables) {
        return Config.from(
                        variables.length == 0 ? Map.of() : Map.of(variables[0], variables[1]),
                        Path.of("no such file.env"))
                .flows();
    }

    @Test
    void filesAreTakenByTheirEndingsOrKinds() {
        var all = flows().fileTypes();
        assertThat(all.mayUpload("exe")).isTrue();
        assertThat(all.allows(List.of("image", "pdf"), "PNG")).isTrue();
        assertThat(all.allows(List.of("image", "pdf"), "txt")).isFalse();
        assertThat(all.allows(List.of(), "")).isTrue();
        var some = flows("ALLOWED_FILE_TYPE", "pdf, .PNG").fileTypes();
        assertThat(some.mayUpload("png")).isTrue();
        assertThat(some.mayUpload("jpg")).isFalse();
        assertThat(some.allows(List.of("image"), "jpg"))
                .as("not beyond what may be uploaded")
                .isFalse();
    }

    @Test
    void kindsMayBeGivenAsTheWorkflowServiceHadThem() {
        var own = flows("ALLOWED_FILE_TYPE", "{\"image\":[\"jpg\"],\"notes\":[\"md\",\"txt\"]}")
                .fileTypes();
        assertThat(own.mayUpload("md")).isTrue();
        assertThat(own.mayUpload("png")).isFalse();
        assertThat(own.allows(List.of("notes"), "md")).isTrue();
        assertThat(own.allows(List.of("image"), "md")).isFalse();
        for (var wrong : List.of("{\"image\":\"jpg\"}", "{", "{\"image\":null}")) {
            assertThatThrownBy(() -> flows("ALLOWED_FILE_TYPE", wrong)).hasMessageContaining("ALLOWED_FILE_TYPE");
        }
    }

    @Test
    void aServiceIsNamedByItsBaseOrWhole() {
        assertThat(flows("KNOWLEDGE_BASE_URL", "http://k:1/").knowledge())
                .isEqualTo("http://k:1/knowledge/v1/chunk/query");
        assertThat(flows("KNOWLEDGE_URL", "http://k:1/x").knowledge()).isEqualTo("http://k:1/x");
        var tools = flows("PLUGIN_BASE_URL", "http://t:2");
        assertThat(tools.pluginGet()).isEqualTo("http://t:2/api/v1/tools/versions");
        assertThat(tools.pluginRun()).isEqualTo("http://t:2/api/v1/tools/http_run");
    }

    @Test
    void headersForTheCollectorArePairs() {
        assertThat(flows("OTLP_HEADERS", "a=b=c, d=e").traceHeaders())
                .containsOnly(Map.entry("a", "b=c"), Map.entry("d", "e"));
        assertThatThrownBy(() -> flows("OTLP_HEADERS", "topsecret"))
                .hasMessageContaining("OTLP_HEADERS")
                .hasMessageNotContaining("topsecret");
    }
}
