package carafe.feature.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;

/** Small documents of every kind, good and bad, made in memory. */
final class Samples {
    private Samples() {}

    /** A zip of names and texts in turn. */
    static byte[] zip(String... namesAndTexts) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
                zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] docx(String body) {
        return zip("word/document.xml", "<w:document xmlns:w=\"w\"><w:body>" + body + "</w:body></w:document>");
    }

    static byte[] xlsx() {
        return zip(
                "xl/workbook.xml",
                "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Numbers\" sheetId=\"1\" r:id=\"rId7\"/></sheets></workbook>",
                "xl/_rels/workbook.xml.rels",
                "<Relationships><Relationship Id=\"rId7\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
                "xl/sharedStrings.xml",
                "<sst><si><t>apple</t></si><si><r><t>ba</t></r><r><t>nana</t></r></si></sst>",
                "xl/worksheets/sheet1.xml",
                "<worksheet><sheetData><row><c t=\"s\"><v>1</v></c><c><v>42</v></c></row>"
                        + "<row><c t=\"inlineStr\"><is><t>here</t></is></c><c t=\"s\"><v>99</v></c></row></sheetData></worksheet>");
    }

    static byte[] pptx() {
        return zip(
                "ppt/presentation.xml",
                "<p/>",
                "ppt/slides/slide10.xml",
                "<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><a:p><a:r><a:t>last</a:t></a:r></a:p></p:sld>",
                "ppt/slides/slide2.xml",
                "<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><a:p><a:r><a:t>first</a:t></a:r></a:p></p:sld>");
    }

    static byte[] odt() {
        return zip(
                "mimetype",
                "application/vnd.oasis.opendocument.text",
                "content.xml",
                "<o xmlns:text=\"t\"><text:h>Title</text:h><text:p>a<text:s/>b<text:tab/><text:span>c</text:span></text:p></o>");
    }

    static byte[] pdf(String text, String password) {
        var bytes = new ByteArrayOutputStream();
        try (var pdf = new PDDocument()) {
            var page = new PDPage();
            pdf.addPage(page);
            try (var content = new PDPageContentStream(pdf, page)) {
                if (!text.isEmpty()) {
                    content.beginText();
                    content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
                    content.newLineAtOffset(72, 700);
                    content.showText(text);
                    content.endText();
                }
            }
            if (!password.isEmpty()) {
                pdf.protect(new StandardProtectionPolicy(password, password, new AccessPermission()));
            }
            pdf.save(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A form of tens of forms, nine deep: 10^9 drawn texts in a few kilobytes. */
    static byte[] endlessPdf() {
        var pdf = new StringBuilder("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                + "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                + "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
                + "/Resources<</XObject<</X 10 0 R>>>>>>endobj\n"
                + "4 0 obj<</Length 5>>stream\n/X Do\nendstream endobj\n"
                + "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n");
        for (int level = 0; level < 9; level++) {
            var calls = "/X Do ".repeat(10);
            pdf.append(10 + level)
                    .append(" 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X ")
                    .append(11 + level)
                    .append(" 0 R>>>>/Length ")
                    .append(calls.length())
                    .append(">>stream\n")
                    .append(calls)
                    .append("\nendstream endobj\n");
        }
        var text = "BT /F 12 Tf (again and again) Tj ET";
        pdf.append("19 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>>>/Length ")
                .append(text.length())
                .append(">>stream\n")
                .append(text)
                .append("\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
        return pdf.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
