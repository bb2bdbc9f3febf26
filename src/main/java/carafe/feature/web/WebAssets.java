package carafe.feature.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files of the pages, a fixed set named in {@code web/files.txt}, and the HTML pages that tie them together. They live
 * under a folder named after their common hash, so a browser may keep them for ever and never mixes two versions.
 */
final class WebAssets {
    private static final String LIST = "web/files.txt";

    private final Map<String, Asset> files = new LinkedHashMap<>();
    private final Map<Page, Asset> pages = new ConcurrentHashMap<>();
    private final String root;
    private final String folder;
    private final String importMap;
    private final String preload;
    private final String scriptHash;

    /**
     * One HTML page.
     *
     * @param app its first module
     * @param whole whether the modules of the first load are announced in it
     */
    record Page(String title, String app, boolean whole) {
        static final Page CARAFE = new Page("Carafe", "app.js", true);
        static final Page PROXY = new Page("Proxy", "proxy-app.js", false);
        static final Page API = new Page("Carafe API", "api-docs.js", false);
    }

    private WebAssets(String root) {
        var imports = new LinkedHashMap<String, String>();
        var first = new StringBuilder();
        var listed = WebFile.readList(text(LIST));
        for (var file : listed) {
            files.put(file.path(), new Asset(file.path(), file.adapt(bytes(file.resource()))));
        }
        this.root = root;
        this.folder = root + "/assets/" + commonHash();
        for (var file : listed) {
            file.importName().ifPresent(name -> imports.put(name, folder + "/" + file.path()));
            if (file.preloaded()) {
                first.append("<link rel=\"modulepreload\" href=\"%s/%s\">\n".formatted(folder, file.path()));
            }
        }
        this.importMap = importMap(imports);
        this.preload = first.toString().strip();
        this.scriptHash = "'sha256-" + sha256(importMap) + "'";
    }

    /** @param root the folder of their addresses, such as {@code /carafe} */
    static WebAssets load(String root) {
        return new WebAssets(root);
    }

    /** The HTML of {@code page} with these files. */
    Asset html(Page page) {
        return pages.computeIfAbsent(page, this::written);
    }

    private Asset written(Page page) {
        return new Asset(
                "index.html",
                text("web/index.html")
                        .replace("{{assets}}", folder)
                        .replace("{{root}}", root)
                        .replace("{{title}}", page.title())
                        .replace("{{app}}", page.app())
                        .replace("{{importmap}}", importMap)
                        .replace("{{preload}}", page.whole() ? preload : "")
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** The hashed folder, such as {@code /carafe/assets/Xk3…}. */
    String folder() {
        return folder;
    }

    /** The one inline script that the pages have, as a CSP source. */
    String scriptHash() {
        return scriptHash;
    }

    /** The file at {@code path} of the folder named {@code hash}; a name that is not in the list does not exist. */
    Optional<Asset> file(String hash, String path) {
        return folder.endsWith("/" + hash) ? Optional.ofNullable(files.get(path)) : Optional.empty();
    }

    /** A file that keeps its plain address. */
    static Asset fixed(String name) {
        return new Asset(name, bytes("web/" + name));
    }

    private String commonHash() {
        var all = new StringBuilder();
        files.forEach(
                (path, file) -> all.append(path).append(' ').append(file.hash()).append('\n'));
        return Asset.hash(all.toString().getBytes(StandardCharsets.UTF_8));
    }

    // names and paths come from our own list and hold nothing that JSON escapes
    private static String importMap(Map<String, String> imports) {
        var json = new StringBuilder("{\"imports\":{");
        imports.forEach((name, path) -> json.append(json.charAt(json.length() - 1) == '{' ? "" : ",")
                .append("\"%s\":\"%s\"".formatted(name, path)));
        return json.append("}}").toString();
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String text(String resource) {
        return new String(bytes(resource), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String resource) {
        try (var in = WebAssets.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing: " + LIST + " and pom.xml disagree");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
