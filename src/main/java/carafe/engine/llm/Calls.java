package carafe.engine.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the clients of all protocols share: one call, read as the server chose to answer, and its errors. */
public final class Calls {
    private static final int MOST_ERROR = 64 << 10;
    private static final int MOST_MODELS = 8 << 20;
    private static final int MOST_ANSWER = 64 << 20;
    /** May stand before the first event of a stream. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern LINE_END = Pattern.compile("\\r\\n?|\\n");

    private final Upstreams upstreams;
    private final ObjectMapper mapper;

    public Calls(Upstreams upstreams, ObjectMapper mapper) {
        this.upstreams = upstreams;
        this.mapper = mapper;
    }

    /**
     * Posts {@code body} and reads the answer into {@code reader}: a stream of events or lines, or one object.
     *
     * @param lines whether streams of this protocol are lines (NDJSON), not server-sent events
     */
    public void chat(
            Target target,
            String path,
            ObjectNode body,
            Duration silence,
            Cancellation cancellation,
            AnswerReader reader,
            boolean lines) {
        boolean stream = body.path("stream").asBoolean(lines);
        var quick = reader.out().quick();
        try (var exchange = send(target, path, body, silence, cancellation, stream && quick != null)) {
            if (exchange.status() != 200) {
                reader.out().fail(failure(exchange));
            } else if (isStream(exchange.header("Content-Type"), stream, lines)) {
                pump(exchange, reader, quick, lines);
            } else {
                var text = new String(exchange.readAll(MOST_ANSWER), StandardCharsets.UTF_8);
                reader.read(mapper, text, true);
            }
        } catch (LlmException e) {
            reader.out().fail(e.failure());
        } catch (IOException e) {
            reader.out().fail(LlmFailure.midway(e, cancellation.isCancelled()));
        }
    }

    private Exchange send(
            Target target, String path, ObjectNode body, Duration silence, Cancellation cancellation, boolean pushed)
            throws IOException {
        byte[] json = mapper.writeValueAsBytes(body);
        return pushed
                ? upstreams.stream(target, path, json, silence, cancellation)
                : upstreams.post(target, path, json, silence, cancellation);
    }

    /** Some servers stream without being asked to, some answer whole although asked to stream. */
    private static boolean isStream(@Nullable String type, boolean asked, boolean lines) {
        if (type == null) {
            return asked;
        }
        return PushedExchange.isStream(type) || (asked && (lines || !type.startsWith("application/json")));
    }

    private void pump(Exchange exchange, AnswerReader reader, @Nullable QuickSink quick, boolean lines)
            throws IOException {
        var splitter = new EventSplitter(lines);
        EventSplitter.EventSink sink = (bytes, offset, length) -> event(reader, lines, bytes, offset, length);
        switch (exchange) {
            case PulledExchange pulled -> {
                var buffer = new byte[4 << 10];
                for (int count = pulled.read(buffer); count >= 0; count = pulled.read(buffer)) {
                    splitter.accept(buffer, count, sink);
                }
            }
            case PushedExchange pushed -> drain(pushed, splitter, sink, Objects.requireNonNull(quick));
        }
        splitter.finish(sink);
        reader.out().over();
    }

    /** What the sink throws belongs to the thread that waits, not to the one that reads all upstreams. */
    private static void drain(
            PushedExchange exchange, EventSplitter splitter, EventSplitter.EventSink sink, QuickSink quick)
            throws IOException {
        var thrown = new AtomicReference<@Nullable RuntimeException>();
        try {
            exchange.drain((bytes, taken) -> {
                try {
                    splitter.accept(bytes, bytes.length, sink);
                    quick.afterwards(taken);
                } catch (RuntimeException e) {
                    thrown.set(e);
                    throw new IOException(e);
                }
            });
        } catch (IOException e) {
            var mine = thrown.get();
            if (mine != null) {
                throw mine;
            }
            throw e;
        }
    }

    private void event(AnswerReader reader, boolean lines, byte[] bytes, int offset, int length) {
        if (reader.out().ended()) {
            return; // read on to the end of the body, which frees the connection for the next call
        }
        var json =
                lines ? new String(bytes, offset, length, StandardCharsets.UTF_8).strip() : data(bytes, offset, length);
        if (json.equals("[DONE]")) {
            reader.out().done();
        } else if (!json.isEmpty()) {
            reader.read(mapper, json, false);
        }
    }

    /** The data of a server-sent event (HTML standard, 9.2.6); empty for a comment. */
    public static String data(byte[] bytes, int offset, int length) {
        int end = offset + length;
        while (end > offset && bytes[end - 1] >= 0 && bytes[end - 1] <= ' ') {
            end--;
        }
        int from = offset;
        while (from < end && isLineEnd(bytes[from])) {
            from++;
        }
        if (isOneLine(bytes, from, end)) {
            return new String(bytes, from + DATA.length, end - from - DATA.length, StandardCharsets.UTF_8)
                    .stripLeading();
        }
        return lines(new String(bytes, from, end - from, StandardCharsets.UTF_8));
    }

    /** Whether it is the usual event: one field, the data. */
    private static boolean isOneLine(byte[] bytes, int from, int end) {
        if (end - from < DATA.length || Arrays.mismatch(bytes, from, from + DATA.length, DATA, 0, DATA.length) >= 0) {
            return false;
        }
        for (int i = from + DATA.length; i < end; i++) {
            if (isLineEnd(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLineEnd(byte each) {
        return each == '\n' || each == '\r';
    }

    private static String lines(String text) {
        var data = new StringBuilder();
        for (var line : LINE_END.split(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text)) {
            if (line.startsWith("data:")) {
                data.append(line, 5, line.length()).append('\n');
            }
        }
        return data.toString().strip();
    }

    /** What an answer with an error status says. */
    public LlmFailure failure(Exchange exchange) throws IOException {
        var body = new String(exchange.readAll(MOST_ERROR), StandardCharsets.UTF_8);
        var json = parse(body);
        int status = exchange.status();
        return new LlmFailure(
                status < 400 ? 502 : status, // nothing is moved, cached or without content here
                ErrorObject.code(json.path("error")),
                message(json, status),
                body,
                exchange.header("Retry-After"));
    }

    private JsonNode parse(String body) {
        try {
            return mapper.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance(); // not JSON: the status says what there is to say
        }
    }

    private static String message(JsonNode json, int status) {
        var error = json.path("error");
        for (JsonNode node : new JsonNode[] {error.path("message"), error, json.path("message"), json.path("detail")}) {
            if (node.isTextual() && !node.textValue().isBlank()) {
                return node.textValue();
            }
        }
        return "The model server answered with status " + status + ".";
    }

    /**
     * Ids in a list of models.
     *
     * @param list the field with the list
     * @param id the field of an entry with its id
     * @param kind what such a server is called, for the one who gave a wrong address
     * @throws LlmException when there is no such list
     */
    public List<String> models(Target target, String path, String list, String id, String kind, Duration silence) {
        try (var exchange = upstreams.get(target, path, silence)) {
            if (exchange.status() != 200) {
                throw new LlmException(failure(exchange));
            }
            var ids = new ArrayList<String>();
            for (var model : mapper.readTree(exchange.readAll(MOST_MODELS)).path(list)) {
                var name = model.path(id).asText();
                if (!name.isEmpty() && name.length() <= 256) {
                    ids.add(name);
                }
            }
            return ids;
        } catch (IOException e) {
            throw new LlmException(
                    new LlmFailure(502, "upstream_broken", "This address does not answer like " + kind + "."));
        }
    }
}
