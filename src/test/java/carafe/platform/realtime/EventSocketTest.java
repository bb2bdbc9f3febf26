package carafe.platform.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.FakeProvider;
import carafe.TestApp;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventSocketTest {
    @TempDir
    Path folder;

    private static final class Inbox implements WebSocket.Listener {
        final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

        final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            messages.add(text.toString());
            socket.request(1);
            return null;
        }
    }

    private static WebSocket open(HttpClient client, TestApp app, Inbox inbox, String... header) {
        var builder = client.newWebSocketBuilder();
        for (int i = 0; i < header.length; i += 2) {
            builder.header(header[i], header[i + 1]);
        }
        return builder.buildAsync(URI.create(app.url("/api/v1/events/ws").replace("http", "ws")), inbox)
                .join();
    }

    @Test
    void tellsAnAccountsPagesWhatHappensAndNobodyElse() throws Exception {
        try (var provider = new FakeProvider();
                var app = TestApp.start(folder, "OPENAI_API_BASE_URLS", provider.url())) {
            var ann = app.signUp("ann");
            var bob = app.signUp("bob");
            var anns = new Inbox();
            var bobs = new Inbox();
            var client = HttpClient.newHttpClient();
            open(client, app, anns, "Authorization", "Bearer " + ann.token());
            open(client, app, bobs, "Authorization", "Bearer " + bob.token());

            app.post(ann, "/api/v1/chats/turns", "{\"model\":\"echo\",\"content\":\"hello\"}");

            assertThat(anns.messages.poll(30, TimeUnit.SECONDS)).contains("chat");
            assertThat(bobs.messages).noneMatch(text -> text.contains("chat_id"));
            client.shutdownNow();
        }
    }

    /** Sooner than the next heartbeat, which comes after ten seconds: somebody may turn pages faster than that. */
    @Test
    void pagesThatAreClosedDoNotCountAsOpen() throws Exception {
        try (var app = TestApp.start(folder)) {
            var ann = app.signUp("ann");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
            int opened = 0;
            while (opened < 120 && System.nanoTime() < end) {
                var answer = app.stream(ann, "GET", "/api/v1/events", null);
                try (var page = answer.body()) {
                    if (answer.statusCode() == 200 && page.read() == ':') {
                        opened++;
                    } else {
                        Thread.sleep(50);
                    }
                }
            }
            assertThat(opened).isEqualTo(120);
        }
    }

    @Test
    void refusesStrangersAndForeignPages() {
        try (var app = TestApp.start(folder);
                var client = HttpClient.newHttpClient()) {
            var ann = app.signUp("ann");
            assertThatThrownBy(() -> open(client, app, new Inbox())).isInstanceOf(CompletionException.class);
            assertThatThrownBy(() -> open(
                            client,
                            app,
                            new Inbox(),
                            "Cookie",
                            "token=" + ann.token(),
                            "Origin",
                            "https://evil.example"))
                    .isInstanceOf(CompletionException.class);
        }
    }

    @Test
    void endsWithTheSignInThatOpenedIt() throws Exception {
        try (var app = TestApp.start(folder);
                var client = HttpClient.newHttpClient();
                var lines = app.stream(app.signUp("ann"), "GET", "/api/v1/events", "")
                        .body()) {
            var bob = app.signUp("bob");
            var bobs = new Inbox();
            open(client, app, bobs, "Authorization", "Bearer " + bob.token());
            var stream = app.stream(bob, "GET", "/api/v1/events", "").body();

            app.post(bob, "/api/v1/auths/signout", "");

            assertThat(bobs.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1008);
            stream.readAllBytes(); // ends
            assertThat(lines.read()).isEqualTo(':'); // and nobody else's
        }
    }
}
