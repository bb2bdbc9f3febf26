package carafe.feature.proxy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** A line of the running log, in the shape that the panel and the files share. {@code at}: epoch milliseconds. */
record LogLine(
        long at,
        Level level,
        String message,
        String path,
        String requestId,
        @Nullable String content) {
    /** How grave it is. */
    enum Level {
        INFO,
        WARNING,
        ERROR
    }

    private static final DateTimeFormatter SHOWN = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    ObjectNode json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("timestamp", at / 1000.0)
                .put("level", level.name())
                .put("message", message)
                .put("path", path)
                .put("request_id", requestId)
                .put("formatted_time", shown(at))
                .put("response_content", content);
    }

    /** A moment for people, in the zone of the server. */
    static String shown(long millis) {
        return SHOWN.format(Instant.ofEpochMilli(millis).atZone(ZoneId.systemDefault()));
    }
}
