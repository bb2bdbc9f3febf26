package carafe.feature.files;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.engine.documents.DocumentException;
import carafe.engine.documents.Documents;
import carafe.engine.documents.Kinds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndlessDocumentTest {
    @Test
    void aDocumentThatNeverEndsIsGivenUp(@TempDir Path folder) throws Exception {
        var file = Files.write(folder.resolve("x.pdf"), Samples.endlessPdf());
        var documents = new Documents(Duration.ofSeconds(3));
        assertThatThrownBy(() -> documents.text(file, Kinds.of(file, "x.pdf")))
                .isInstanceOf(DocumentException.class)
                .hasMessageMatching(".*(seconds|characters|memory).*");
    }
}
