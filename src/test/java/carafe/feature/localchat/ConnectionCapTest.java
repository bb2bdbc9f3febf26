package carafe.feature.localchat;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** So many sockets at once and no more, half of them for one account: who comes too late may come again. */
class ConnectionCapTest {
    private static final int TRY_LATER = 1013;

    @TempDir
    Path folder;

    /** Opens one, as soon as there is room. */
    private static ChatClient openWhenThereIsRoom(TestApp app, TestApp.User user) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            var client = ChatClient.connect(app, user, "");
            while (client.isQuiet() && !client.isClosed()) {
                Thread.sleep(5);
            }
            if (!client.isQuiet()) {
                return client;
            }
            assertThat(client.closeCode()).isEqualTo(TRY_LATER);
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    @Test
    void tooManyAreToldToComeLaterAndARoomThatGotFreeIsGivenAgain() throws Exception {
        try (var provider = new FakeProvider();
                var app =
                        TestApp.start(folder, "OPENAI_API_BASE_URLS", provider.url(), "LOCAL_CHAT_CONNECTIONS", "4")) {
            var ann = app.signUp("ann");
            var bob = app.signUp("bob");
            var eve = app.signUp("eve");
            try (var first = ChatClient.open(app, ann, "");
                    var second = ChatClient.open(app, ann, "")) {
                assertThat(ChatClient.connect(app, ann, "").closeCode())
                        .as("more than half for one account")
                        .isEqualTo(TRY_LATER);
                try (var third = ChatClient.open(app, bob, "");
                        var fourth = ChatClient.open(app, bob, "")) {
                    assertThat(ChatClient.connect(app, eve, "").closeCode())
                            .as("more than there may be")
                            .isEqualTo(TRY_LATER);
                    first.cut();
                    try (var late = openWhenThereIsRoom(app, eve)) {
                        late.next("session_start");
                        late.send("{\"type\":\"ping\",\"ts\":1}").next("pong");
                    }
                    for (var client : new ChatClient[] {second, third, fourth}) {
                        client.send("{\"type\":\"ping\",\"ts\":1}").next("pong");
                    }
                }
            }
        }
    }
}
