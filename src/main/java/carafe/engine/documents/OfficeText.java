package carafe.engine.documents;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The text of Office Open XML (ECMA-376) and OpenDocument (ISO/IEC 26300) files: zips of XML. No external entities, at
 * most {@value #ENTRIES} entries and {@value #UNPACKED} bytes unpacked.
 */
final class OfficeText {
    private static final int ENTRIES = 10_000;
    private static final long UNPACKED = 512L << 20;
    private static final int STRINGS = 1_000_000;

    private final ZipFile zip;
    private final TextOut out;
    private final XMLInputFactory xml = XMLInputFactory.newFactory();
    private long unpacked;

    private OfficeText(ZipFile zip, TextOut out) {
        this.zip = zip;
        this.out = out;
        xml.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        xml.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        xml.setProperty(XMLInputFactory.IS_COALESCING, false);
    }

    static void read(Path file, Kind.Format format, TextOut out) throws IOException, DocumentException {
        try (var zip = new ZipFile(file.toFile())) {
            if (zip.size() > ENTRIES) {
                throw new DocumentException("The document has more than " + ENTRIES + " parts inside.");
            }
            var reader = new OfficeText(zip, out);
            switch (format) {
                case WORD -> reader.word();
                case SLIDES -> reader.slides();
                case SHEETS -> reader.sheets();
                default -> reader.each("content.xml", reader::open);
            }
        } catch (XMLStreamException e) {
            throw new DocumentException("The document is damaged: its XML breaks off or is wrong.");
        }
    }

    private interface Visitor {
        void visit(XMLStreamReader xml, boolean start) throws XMLStreamException;
    }

    /** Visits each element of a part at its start and its end; a part that is not there has none. */
    private void each(String part, Visitor visitor) throws IOException, XMLStreamException, DocumentException {
        var entry = zip.getEntry(part);
        if (entry == null) {
            return;
        }
        try (var in = new Counted(zip.getInputStream(entry))) {
            var reader = xml.createXMLStreamReader(in);
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamConstants.START_ELEMENT) {
                    visitor.visit(reader, true);
                } else if (event == XMLStreamConstants.END_ELEMENT) {
                    visitor.visit(reader, false);
                } else if (event == XMLStreamConstants.DTD) {
                    throw new DocumentException("The document has a DOCTYPE inside, which such files never have.");
                }
            }
        } catch (XMLStreamException e) {
            if (unpacked > UNPACKED) {
                throw new DocumentException("The document unpacks to more than " + (UNPACKED >> 20) + " MB.");
            }
            throw e;
        }
    }

    private final class Counted extends FilterInputStream {
        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            count(1);
            return super.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            count(read);
            return read;
        }

        private void count(int bytes) throws IOException {
            unpacked += Math.max(0, bytes);
            if (unpacked > UNPACKED) {
                throw new IOException("unpacks to too much");
            }
        }
    }

    private void word() throws IOException, XMLStreamException, DocumentException {
        for (var part : List.of("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")) {
            each(part, this::paragraphs);
            out.gap();
        }
    }

    /** Runs of text in paragraphs and cells; the names are the same in Word and in slides. */
    private void paragraphs(XMLStreamReader xml, boolean start) throws XMLStreamException {
        if (start) {
            switch (xml.getLocalName()) {
                case "t" -> out.write(xml.getElementText());
                case "tab" -> out.write("\t");
                case "br", "cr" -> out.write("\n");
                default -> {}
            }
        } else {
            switch (xml.getLocalName()) {
                case "p" -> out.line();
                case "tr" -> out.line();
                default -> {}
            }
        }
    }

    private void slides() throws IOException, XMLStreamException, DocumentException {
        var numbers = new ArrayList<Integer>();
        zip.stream().map(java.util.zip.ZipEntry::getName).forEach(name -> {
            if (name.matches("ppt/slides/slide\\d{1,6}\\.xml")) {
                numbers.add(Integer.valueOf(name.replaceAll("\\D", "")));
            }
        });
        numbers.sort(null);
        for (int number : numbers) {
            each("ppt/slides/slide" + number + ".xml", this::paragraphs);
            each("ppt/notesSlides/notesSlide" + number + ".xml", this::paragraphs);
            out.gap();
        }
    }

    private void sheets() throws IOException, XMLStreamException, DocumentException {
        var shared = sharedStrings();
        var targets = new HashMap<String, String>();
        each("xl/_rels/workbook.xml.rels", (xml, start) -> {
            if (start && xml.getLocalName().equals("Relationship")) {
                targets.put(attribute(xml, "Id"), attribute(xml, "Target"));
            }
        });
        var names = new ArrayList<Map.Entry<String, String>>();
        each("xl/workbook.xml", (xml, start) -> {
            if (start && xml.getLocalName().equals("sheet")) {
                names.add(Map.entry(attribute(xml, "name"), targets.getOrDefault(attribute(xml, "id"), "")));
            }
        });
        for (var sheet : names) {
            out.gap();
            out.write(sheet.getKey());
            out.line();
            var target = sheet.getValue();
            each(target.startsWith("/") ? target.substring(1) : "xl/" + target, new Cells(shared));
        }
    }

    private List<String> sharedStrings() throws IOException, XMLStreamException, DocumentException {
        var strings = new ArrayList<String>();
        var current = new StringBuilder();
        each("xl/sharedStrings.xml", (xml, start) -> {
            if (start && xml.getLocalName().equals("t")) {
                current.append(xml.getElementText());
            } else if (!start && xml.getLocalName().equals("si")) {
                if (strings.size() >= STRINGS) {
                    throw new TextOut.Full();
                }
                strings.add(current.toString());
                current.setLength(0);
            }
        });
        return strings;
    }

    /** Rows as lines, cells between tabs. */
    private final class Cells implements Visitor {
        private final List<String> shared;
        private String type = "";
        private boolean first = true;

        Cells(List<String> shared) {
            this.shared = shared;
        }

        @Override
        public void visit(XMLStreamReader xml, boolean start) throws XMLStreamException {
            switch (xml.getLocalName()) {
                case "row" -> {
                    first = true;
                    out.line();
                }
                case "c" -> {
                    if (start) {
                        type = attribute(xml, "t");
                        if (!first) {
                            out.write("\t");
                        }
                        first = false;
                    }
                }
                case "v" -> {
                    if (start) {
                        out.write(value(xml.getElementText()));
                    }
                }
                case "t" -> {
                    if (start) {
                        out.write(xml.getElementText());
                    }
                }
                default -> {}
            }
        }

        private String value(String text) {
            if (!type.equals("s")) {
                return text;
            }
            int index = text.matches("\\d{1,8}") ? Integer.parseInt(text) : -1;
            return index >= 0 && index < shared.size() ? shared.get(index) : "";
        }
    }

    /** Text is inside paragraphs, also between the elements in them; the reader has no deeper view. */
    private void open(XMLStreamReader xml, boolean start) throws XMLStreamException {
        var name = xml.getLocalName();
        if (start && (name.equals("p") || name.equals("h"))) {
            paragraph(xml);
        } else if (!start && name.equals("table-cell")) {
            out.write("\t");
        } else if (!start && (name.equals("table-row") || name.equals("table") || name.equals("page"))) {
            out.line();
        } else if (start && name.equals("table") && !attribute(xml, "name").isEmpty()) {
            out.gap();
        }
    }

    private void paragraph(XMLStreamReader xml) throws XMLStreamException {
        int depth = 1;
        while (depth > 0 && xml.hasNext()) {
            switch (xml.next()) {
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    out.write(xml.getText());
                case XMLStreamConstants.START_ELEMENT -> {
                    depth++;
                    switch (xml.getLocalName()) {
                        case "tab" -> out.write("\t");
                        case "line-break" -> out.write("\n");
                        case "s" -> out.write(" ");
                        default -> {}
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                default -> {}
            }
        }
        out.write("\n");
    }

    /** By local name, whatever its prefix; empty when there is none. */
    private static String attribute(XMLStreamReader xml, String name) {
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            if (xml.getAttributeLocalName(i).equals(name)) {
                return xml.getAttributeValue(i);
            }
        }
        return "";
    }
}
