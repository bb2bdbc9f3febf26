package carafe.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.FakeProvider;
import carafe.TestApp;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official OpenAI library for Java, pointed at Carafe with an API key. */
class OpenAiJavaTest {
    @TempDir
    static Path folder;

    static FakeProvider provider;
    static TestApp app;
    static OpenAIClient client;

    @BeforeAll
    static void start() {
        provider = new FakeProvider();
        app = TestApp.start(folder, "OPENAI_API_BASE_URLS", provider.url());
        var ann = app.signUp("ann");
        var key = TestApp.json(app.post(ann, "/api/v1/auths/api_key", "{}"))
                .path("api_key")
                .asText();
        client = client(key);
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(app.url("/v1"))
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        app.close();
        provider.close();
    }

    private static ChatCompletionCreateParams.Builder ask(String model, String question) {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage(question);
    }

    @Test
    void listsModels() {
        assertThat(client.models().list().data().stream().map(model -> model.id()))
                .contains("echo");
    }

    @Test
    void readsAWholeAnswerWithItsUsage() {
        var answer = client.chat().completions().create(ask("echo", "Hello").build());

        assertThat(answer.choices().getFirst().message().content()).contains("Hello");
        assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(12);
    }

    @Test
    void streamsAnAnswerWithItsUsage() {
        var whole = ChatCompletionAccumulator.create();
        var request = ask("echo", "one two three")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        try (var stream = client.chat().completions().createStreaming(request)) {
            stream.stream().forEach(whole::accumulate);
        }

        assertThat(whole.chatCompletion().choices().getFirst().message().content())
                .contains("one two three");
        assertThat(whole.chatCompletion().usage().orElseThrow().completionTokens())
                .isEqualTo(7);
    }

    @Test
    void embeds() {
        var answer = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("echo")
                        .input("hello")
                        .build());

        assertThat(answer.data().getFirst().embedding()).containsExactly(0.25f, -0.5f);
    }

    @Test
    void raisesTheErrorsItsUsersKnow() {
        assertThatThrownBy(() ->
                        client.chat().completions().create(ask("nope", "x").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() ->
                        client.chat().completions().create(ask("fail", "x").build()))
                .isInstanceOf(RateLimitException.class)
                .hasMessageContaining("slow down");
        var stranger = client("sk-00000000000000000000000000000000");
        assertThatThrownBy(() -> stranger.models().list()).isInstanceOf(UnauthorizedException.class);
        stranger.close();
    }

    @Test
    void noticesAnAnswerThatBreaksOff() {
        try (var stream = client.chat()
                .completions()
                .createStreaming(ask("cut", "some words").build())) {
            assertThatThrownBy(() -> stream.stream().forEach(chunk -> {})).isInstanceOf(OpenAIException.class);
        }
    }
}
