package carafe;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.config.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    /** When it fails, put what it prints between the markers. */
    @Test
    void theTableOfSettingsIsThatOfTheCatalogue() throws IOException {
        var readme = Files.readString(Path.of("README.md"));

        assertThat(readme).contains("<!-- settings -->\n" + Catalogue.markdown() + "<!-- /settings -->");
    }

    @Test
    void everyFileTheReadmeShowsIsThere() throws IOException {
        var links = java.util.regex.Pattern.compile("]\\(([^)#:]+)\\)").matcher(Files.readString(Path.of("README.md")));
        while (links.find()) {
            assertThat(Path.of(links.group(1))).exists();
        }
    }

    @Test
    void theVersionIsThatOfThePom() throws IOException {
        assertThat(Files.readString(Path.of("pom.xml"))).contains("<version>" + Version.TEXT + "</version>");
    }
}
