package carafe.engine.documents;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The process that reads one document: what its bytes make of it harms nobody else. Arguments: the file and its format;
 * the text goes to stdout, a refusal as one sentence to stderr with exit code {@value #REFUSED}. It ends when its stdin
 * does, which is when the server dies.
 */
public final class DocumentHost {
    static final int REFUSED = 4;

    private DocumentHost() {}

    public static void main(String[] args) {
        // what libraries have to say must not get into the text
        System.setOut(System.err);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // no parent either way
            }
            Runtime.getRuntime().halt(1);
        });
        int code = run(Path.of(args[0]), Kind.Format.valueOf(args[1]));
        Runtime.getRuntime().halt(code);
    }

    private static int run(Path file, Kind.Format format) {
        var out = new TextOut();
        try {
            switch (format) {
                case PDF -> PdfText.read(file, out);
                case HTML -> HtmlText.read(file, out);
                default -> OfficeText.read(file, format, out);
            }
            try (var stdout = new FileOutputStream(FileDescriptor.out)) {
                stdout.write(out.toString().getBytes(StandardCharsets.UTF_8));
            }
            return 0;
        } catch (DocumentException e) {
            return refused(e.explain());
        } catch (TextOut.Full e) {
            return refused("The document has more than " + TextOut.MOST + " characters of text.");
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return refused("The document is damaged and could not be read.");
        }
    }

    private static int refused(String why) {
        System.err.println(why);
        return REFUSED;
    }
}
