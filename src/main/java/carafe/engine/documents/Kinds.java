package carafe.engine.documents;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Tells what a file is. Source of the signatures: the formats' own specifications. */
public final class Kinds {
    private static final int HEAD = 8192;

    /** Kinds of text that only the name tells. */
    private static final Map<String, String> TEXTS = Map.ofEntries(
            Map.entry("md", "text/markdown"),
            Map.entry("markdown", "text/markdown"),
            Map.entry("csv", "text/csv"),
            Map.entry("tsv", "text/tab-separated-values"),
            Map.entry("json", "application/json"),
            Map.entry("xml", "application/xml"),
            Map.entry("yaml", "application/yaml"),
            Map.entry("yml", "application/yaml"),
            Map.entry("css", "text/css"),
            Map.entry("js", "text/javascript"),
            Map.entry("py", "text/x-python"),
            Map.entry("java", "text/x-java"));

    private Kinds() {}

    /** @param name of the file, which decides only between kinds of text */
    public static Kind of(Path file, String name) throws IOException {
        byte[] head;
        try (var in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD);
        }
        var start = new String(head, StandardCharsets.ISO_8859_1);
        if (start.startsWith("PK\3\4") || start.startsWith("PK\5\6")) {
            return zip(file);
        }
        // readers allow some bytes before the mark
        if (start.substring(0, Math.min(1024, start.length())).contains("%PDF-")) {
            return new Kind(Kind.Format.PDF, "application/pdf");
        }
        var media = media(start);
        if (media != null) {
            return new Kind(Kind.Format.MEDIA, media);
        }
        return Charsets.isText(head) ? text(start, name) : new Kind(Kind.Format.OTHER, "application/octet-stream");
    }

    private static @org.jspecify.annotations.Nullable String media(String start) {
        if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
            return "image/png";
        }
        if (start.startsWith("\u00ff\u00d8\u00ff")) {
            return "image/jpeg";
        }
        if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
            return "image/gif";
        }
        if (start.startsWith("RIFF") && start.length() > 12) {
            return switch (start.substring(8, 12)) {
                case "WEBP" -> "image/webp";
                case "WAVE" -> "audio/wav";
                default -> null;
            };
        }
        if (start.startsWith("ID3") || start.startsWith("\u00ff\u00fb")) {
            return "audio/mpeg";
        }
        if (start.startsWith("OggS")) {
            return "audio/ogg";
        }
        if (start.startsWith("fLaC")) {
            return "audio/flac";
        }
        if (start.startsWith("\u001aE\u00df\u00a3")) {
            return "video/webm";
        }
        return start.length() > 12 && start.startsWith("ftyp", 4) ? "video/mp4" : null;
    }

    private static Kind text(String start, String name) {
        var ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        var shown = start.stripLeading().toLowerCase(Locale.ROOT);
        if (shown.startsWith("<!doctype html")
                || shown.startsWith("<html")
                || ending.equals("html")
                || ending.equals("htm")
                || ending.equals("xhtml")) {
            return new Kind(Kind.Format.HTML, "text/html");
        }
        return new Kind(Kind.Format.TEXT, TEXTS.getOrDefault(ending, "text/plain"));
    }

    private static Kind zip(Path file) throws IOException {
        try (var zip = new ZipFile(file.toFile())) {
            if (zip.getEntry("word/document.xml") != null) {
                return new Kind(
                        Kind.Format.WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
            }
            if (zip.getEntry("ppt/presentation.xml") != null) {
                return new Kind(
                        Kind.Format.SLIDES,
                        "application/vnd.openxmlformats-officedocument.presentationml.presentation");
            }
            if (zip.getEntry("xl/workbook.xml") != null) {
                return new Kind(
                        Kind.Format.SHEETS, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
            }
            var type = zip.getEntry("mimetype");
            if (type != null && zip.getEntry("content.xml") != null) {
                try (var in = zip.getInputStream(type)) {
                    var text = new String(in.readNBytes(100), StandardCharsets.US_ASCII).strip();
                    if (text.matches("application/vnd\\.oasis\\.opendocument\\.[a-z]+")) {
                        return new Kind(Kind.Format.OPEN_DOCUMENT, text);
                    }
                }
            }
            return new Kind(Kind.Format.OTHER, "application/zip");
        } catch (ZipException | IllegalArgumentException e) {
            return new Kind(Kind.Format.OTHER, "application/zip"); // damaged
        }
    }
}
