package carafe.engine.llm.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Speaks to a model's process as the server will. */
final class LocalClient {
    static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Lease lease;

    LocalClient(Lease lease) {
        this.lease = lease;
    }

    record Answer(int status, JsonNode body) {
        String content() {
            return body.at("/choices/0/message/content").asText();
        }

        String reason() {
            return body.at("/choices/0/finish_reason").asText();
        }

        int usage(String name) {
            return body.path("usage").path(name).asInt(-1);
        }

        int cached() {
            return body.at("/usage/prompt_tokens_details/cached_tokens").asInt(-1);
        }

        String code() {
            return body.at("/error/code").asText();
        }
    }

    /** A request body with one user message and further fields. */
    static String ask(String content, String fields) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]"
                + (fields.isEmpty() ? "" : "," + fields) + "}";
    }

    Answer post(String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request(body), HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
    }

    /** The lines of a streamed answer; closing the reader leaves it. */
    BufferedReader stream(String body) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = http.send(request(body), HttpResponse.BodyHandlers.ofInputStream());
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    /** Cancelling the future closes the connection. */
    CompletableFuture<HttpResponse<String>> postLater(String body) {
        return http.sendAsync(request(body), HttpResponse.BodyHandlers.ofString());
    }

    JsonNode health() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(lease.baseUrl().resolve("/health"))
                .header("Authorization", "Bearer " + lease.secret())
                .build();
        return JSON.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    int statusWithSecret(String secret) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(lease.baseUrl().resolve("/health"))
                .header("Authorization", "Bearer " + secret)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private HttpRequest request(String body) {
        return HttpRequest.newBuilder(URI.create(lease.baseUrl() + "/chat/completions"))
                .header("Authorization", "Bearer " + lease.secret())
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }
}
