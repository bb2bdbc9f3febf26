package carafe.engine.relay;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Answers that the relay gives itself. */
final class Answers {
    private Answers() {}

    static Plan.Answer text(int status, String text) {
        return new Plan.Answer(
                status, List.of("Content-Type: text/plain; charset=utf-8"), text.getBytes(StandardCharsets.UTF_8));
    }

    static void write(Out out, Plan.Answer answer, boolean keepAlive, boolean toHead) {
        out.ascii("HTTP/1.1 ")
                .ascii(Integer.toString(answer.status()))
                .ascii(" ")
                .ascii(reason(answer.status()));
        answer.fields().forEach(field -> out.ascii("\r\n").ascii(field));
        if (answer.status() != 204) {
            out.ascii("\r\nContent-Length: ").ascii(Integer.toString(answer.body().length));
        }
        out.ascii(keepAlive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
        if (!toHead) {
            out.bytes(answer.body());
        }
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 204 -> "No Content";
            case 307 -> "Temporary Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 413 -> "Content Too Large";
            case 431 -> "Request Header Fields Too Large";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> "Answer";
        };
    }
}
