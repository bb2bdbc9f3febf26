package carafe.feature.chats.turns;

import carafe.feature.files.StoredFile;
import carafe.feature.files.UserFiles;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What people attach to their messages, given to the model in full: the text of documents before the message, pictures
 * beside it. Clients name the files by id; only the asking person's own files are found.
 */
final class Attachments {
    private static final Logger log = LoggerFactory.getLogger(Attachments.class);
    /** Of all documents of a request together. */
    private static final int MOST_CHARS = 4_000_000;
    /** Of all pictures of a request together. */
    private static final long MOST_PICTURES = 24L << 20;

    private static final int MOST_FILES = 200;

    private final UserFiles files;

    Attachments(UserFiles files) {
        this.files = files;
    }

    /** For one request to a model: a file that is attached twice is given once. */
    Request of(String accountId) {
        return new Request(accountId);
    }

    final class Request {
        private final String accountId;
        private final Set<String> given = new HashSet<>();
        private int chars;
        private long pictureBytes;

        private Request(String accountId) {
            this.accountId = accountId;
        }

        /**
         * Puts the {@code attached} files into {@code message}, whose content is a string or a list of parts, and then
         * the {@code pictures} that it has as data: addresses.
         */
        void add(ObjectNode message, JsonNode attached, List<String> pictures) {
            var text = new StringBuilder();
            var images = new ArrayList<String>();
            for (var item : attached) {
                var id = id(item);
                if (id.isEmpty() || given.size() >= MOST_FILES || !given.add(id)) {
                    continue;
                }
                files.store().find(accountId, id).ifPresent(file -> {
                    if (file.mediaType().startsWith("image/")) {
                        picture(file, images);
                    } else {
                        document(file, text);
                    }
                });
            }
            images.addAll(pictures);
            put(message, text.toString(), images);
        }

        private void document(StoredFile file, StringBuilder text) {
            var content = files.store().text(file.id());
            if (content.isEmpty() || chars >= MOST_CHARS) {
                return;
            }
            var kept = content.length() > MOST_CHARS - chars ? content.substring(0, MOST_CHARS - chars) : content;
            chars += kept.length();
            text.append("<file name=\"")
                    .append(file.name().replace("\"", "'"))
                    .append("\">\n")
                    .append(kept)
                    .append("\n</file>\n\n");
        }

        private void picture(StoredFile file, List<String> images) {
            if (file.size() > MOST_PICTURES - pictureBytes) {
                return;
            }
            try {
                var bytes = Files.readAllBytes(files.bytes(file));
                pictureBytes += bytes.length;
                images.add("data:" + file.mediaType() + ";base64,"
                        + Base64.getEncoder().encodeToString(bytes));
            } catch (IOException e) {
                log.warn("a picture cannot be read and is left out of a request file={}", file.id(), e);
            }
        }
    }

    private static String id(JsonNode item) {
        var id = item.path("id").isTextual() ? item.path("id") : item.at("/file/id");
        // pictures of newer front ends are named by their id alone
        return id.isTextual() ? id.textValue() : named(item.path("url").asText(""));
    }

    private static String named(String url) {
        return url.startsWith("data:") ? "" : url;
    }

    private static void put(ObjectNode message, String text, List<String> images) {
        if (text.isEmpty() && images.isEmpty()) {
            return;
        }
        if (message.path("content") instanceof ArrayNode parts) {
            if (!text.isEmpty()) {
                parts.insertObject(0).put("type", "text").put("text", text);
            }
            images.forEach(url -> addPicture(parts, url));
            return;
        }
        var content = text + message.path("content").asText();
        if (images.isEmpty()) {
            message.put("content", content);
            return;
        }
        var parts = message.putArray("content");
        parts.addObject().put("type", "text").put("text", content);
        images.forEach(url -> addPicture(parts, url));
    }

    private static void addPicture(ArrayNode parts, String url) {
        parts.addObject().put("type", "image_url").putObject("image_url").put("url", url);
    }
}
