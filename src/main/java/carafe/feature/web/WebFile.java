package carafe.feature.web;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One line of {@code web/files.txt}: a file that the pages may ask for and where it comes from.
 *
 * @param first fetched with the page, not on demand
 * @param wrapped a CommonJS module, to be made an ES module
 */
record WebFile(boolean first, String path, Optional<String> importName, String resource, boolean wrapped) {
    static List<WebFile> readList(String list) {
        return list.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(WebFile::read)
                .toList();
    }

    private static WebFile read(String line) {
        var words = line.split(" ", -1);
        var own = words.length == 2;
        return new WebFile(
                words[0].equals("first"),
                words[1],
                own || words[2].equals("-") ? Optional.empty() : Optional.of(words[2]),
                own ? "web/" + words[1] : words[3],
                words.length == 5 && words[4].equals("commonjs"));
    }

    /** Modules of the first load are announced in the HTML, so that they come at once and not one after another. */
    boolean preloaded() {
        return first && path.endsWith(".js") && !path.equals("theme.js");
    }

    byte[] adapt(byte[] bytes) {
        if (!wrapped) {
            return bytes;
        }
        var source = new String(bytes, StandardCharsets.UTF_8);
        return ("const module = {exports: {}};\n" + source + "\nexport default module.exports;\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
