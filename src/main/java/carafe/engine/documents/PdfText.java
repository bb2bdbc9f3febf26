package carafe.engine.documents;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;

/** The text of PDF files, page by page. */
final class PdfText {
    private static final int PAGES = 5_000;
    private static final long MEMORY = 32L << 20;
    private static final long STORAGE = 512L << 20;

    private PdfText() {}

    static void read(Path file, TextOut out) throws IOException, DocumentException {
        var cache = MemoryUsageSetting.setupMixed(MEMORY, STORAGE).streamCache;
        try (var pdf = Loader.loadPDF(file.toFile(), "", null, null, cache)) {
            if (pdf.getNumberOfPages() > PAGES) {
                throw new DocumentException("The PDF has more than " + PAGES + " pages.");
            }
            var stripper = new PDFTextStripper();
            stripper.setSortByPosition(true);
            stripper.writeText(pdf, out);
        } catch (InvalidPasswordException e) {
            throw new DocumentException("The PDF is locked with a password.");
        }
    }
}
