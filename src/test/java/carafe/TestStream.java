package carafe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Reads server-sent events one after another; close it to leave. */
public final class TestStream implements AutoCloseable {
    public record Event(String name, JsonNode data) {}

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final BufferedReader reader;

    public TestStream(InputStream body) {
        this.reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    /** The next event; null at the end of the stream. */
    public Event next() throws IOException {
        var name = "message";
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                return new Event(name, MAPPER.readTree(line.substring(6)));
            }
        }
        return null;
    }

    /** The first event of that name. */
    public Event await(String name) throws IOException {
        for (var event = next(); event != null; event = next()) {
            if (event.name().equals(name)) {
                return event;
            }
        }
        throw new AssertionError("the stream ended without " + name);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
