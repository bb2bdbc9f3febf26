import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Carafe's API as its own pages use it: an account, a key, chats and turns. Any answer but 2xx is an exception. */
final class Api {
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;
    private String bearer = "";

    Api(int port) {
        this("http://127.0.0.1:" + port);
    }

    Api(String base) {
        this.base = base;
    }

    /** Makes the first account and signs in. */
    void signUp() throws IOException, InterruptedException {
        bearer = field("token", post("/api/v1/auths/signup",
                "{\"name\":\"Bench\",\"email\":\"bench@example.org\",\"password\":\"correct horse battery\"}"));
    }

    /** Signs in to the account that {@link #signUp} made. */
    void signIn() throws IOException, InterruptedException {
        bearer = field("token", post("/api/v1/auths/signin",
                "{\"email\":\"bench@example.org\",\"password\":\"correct horse battery\"}"));
    }

    String newKey() throws IOException, InterruptedException {
        return field("api_key", post("/api/v1/auths/api_key", "{}"));
    }

    String get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build());
    }

    String post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .header("Authorization", "Bearer " + bearer)
                .header("Content-Type", "application/json");
    }

    private String send(HttpRequest request) throws IOException, InterruptedException {
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(request.method() + " " + request.uri() + " → " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    /** A turn under way. {@code startedAt} is the nanoTime before the request was sent. */
    record Turn(String chat, String message, long startedAt) {}

    Turn turn(String chat, String parent, String model, String content, int maxTokens) throws IOException, InterruptedException {
        long startedAt = System.nanoTime();
        String answer = post("/api/v1/chats/turns", "{\"chat_id\":" + quoted(chat) + ",\"parent_id\":" + quoted(parent) + ",\"model\":"
                + quoted(model) + ",\"content\":" + quoted(content) + ",\"params\":{\"temperature\":0,\"max_tokens\":" + maxTokens + "}}");
        return new Turn(field("chat_id", answer), field("message_id", answer), startedAt);
    }

    /** How a turn ended. Milliseconds from its start; {@code state} is done, cancelled or error. */
    record Outcome(double firstMs, double wholeMs, String state, String text) {}

    /** Reads a turn's events to their end; {@code onFirst} runs when the first text has come. */
    Outcome follow(Turn turn, Runnable onFirst) throws IOException, InterruptedException {
        var request = request("/api/v1/chats/" + turn.chat() + "/messages/" + turn.message() + "/stream").GET().build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) throw new IOException("stream → " + answer.statusCode());
        double first = Double.NaN;
        String state = "cut";
        var text = new StringBuilder();
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null; ) {
                if (!line.startsWith("data:")) continue;
                String content = field("content", line);
                if (!content.isEmpty() && Double.isNaN(first)) {
                    first = (System.nanoTime() - turn.startedAt()) / 1e6;
                    onFirst.run();
                }
                text.append(content);
                String seen = field("state", line);
                if (!seen.isEmpty() && !seen.equals("streaming")) {
                    state = seen;
                    break;
                }
            }
        }
        return new Outcome(first, (System.nanoTime() - turn.startedAt()) / 1e6, state, text.toString());
    }

    /** The first string field of that name, or "". */
    static String field(String name, String json) {
        Matcher matcher = Pattern.compile("\"" + name + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        return matcher.find() ? matcher.group(1) : "";
    }

    static String quoted(String text) {
        return text == null ? "null" : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
