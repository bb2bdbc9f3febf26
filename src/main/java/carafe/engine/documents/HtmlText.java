package carafe.engine.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/** The text of web pages, with a line for each block. */
final class HtmlText {
    private static final long MOST = 32L << 20;

    private HtmlText() {}

    static void read(Path file, TextOut out) throws IOException, DocumentException {
        if (Files.size(file) > MOST) {
            throw new DocumentException("The page is larger than " + (MOST >> 20) + " MB.");
        }
        org.jsoup.nodes.Document page;
        try (var in = Files.newInputStream(file)) {
            page = Jsoup.parse(in, null, "");
        }
        page.select("script, style, noscript, template, head > :not(title)").remove();
        page.traverse(new NodeVisitor() {
            @Override
            public void head(Node node, int depth) {
                if (node instanceof TextNode text) {
                    out.write(text.text());
                } else if (node instanceof Element element) {
                    if (element.normalName().equals("br")) {
                        out.write("\n");
                    } else if (element.isBlock() && !isCell(element)) {
                        out.line();
                    }
                }
            }

            @Override
            public void tail(Node node, int depth) {
                if (node instanceof Element element) {
                    if (isCell(element)) {
                        out.write("\t");
                    } else if (element.isBlock()) {
                        out.line();
                    }
                }
            }
        });
    }

    private static boolean isCell(Element element) {
        return element.normalName().equals("td") || element.normalName().equals("th");
    }
}
