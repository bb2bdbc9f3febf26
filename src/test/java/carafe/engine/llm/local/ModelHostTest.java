package carafe.engine.llm.local;

import static carafe.engine.llm.local.LocalClient.ask;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ModelHostTest {
    private static final int CONTEXT = 65_536;
    private static final String LONG = "\"stream\":true,\"max_tokens\":60000";

    private final LocalModels models;
    private final Lease lease;
    private final LocalClient client;

    ModelHostTest(@TempDir Path folder) throws IOException, InterruptedException {
        TinyGguf.write(Files.createDirectories(folder.resolve("models")).resolve("tiny.gguf"), CONTEXT);
        models = new LocalModels(
                folder.resolve("models"),
                folder.resolve("run"),
                new LocalSettings(Duration.ofMinutes(5), 1, 1L << 30, 1, 4, CONTEXT),
                Clock.systemUTC());
        lease = models.lease("tiny");
        client = new LocalClient(lease);
    }

    @AfterAll
    void close() {
        lease.close();
        models.close();
    }

    @Test
    void answersInTheOpenAiShape() throws Exception {
        LocalClient.Answer answer = client.post(ask("hello", "\"max_tokens\":5,\"temperature\":0"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("id").asText()).startsWith("chatcmpl-");
        assertThat(answer.body().path("object").asText()).isEqualTo("chat.completion");
        assertThat(answer.body().path("model").asText()).isEqualTo("tiny");
        assertThat(answer.content()).hasSize(5).matches("[a-z]+");
        assertThat(answer.reason()).isEqualTo("length");
        assertThat(answer.usage("completion_tokens")).isEqualTo(5);
        assertThat(answer.usage("total_tokens")).isEqualTo(answer.usage("prompt_tokens") + 5);
    }

    @Test
    void streamsChunksThenTheReasonThenUsageThenDone() throws Exception {
        List<JsonNode> chunks = new ArrayList<>();
        String last = "";
        // a session's slot; the first answer fills it, since numbers come out a little different for tokens that it
        // holds
        String asked = "\"max_tokens\":5,\"temperature\":0,\"user\":\"streams\"";
        client.post(ask("hello", asked));
        String body = ask("hello", asked + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        try (BufferedReader lines = client.stream(body)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data: {")) {
                    chunks.add(LocalClient.JSON.readTree(line.substring(6)));
                }
                last = line.isEmpty() ? last : line;
            }
        }
        assertThat(last).isEqualTo("data: [DONE]");
        assertThat(chunks).hasSize(8);
        assertThat(chunks.getFirst().at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        String text = String.join(
                "",
                chunks.stream()
                        .map(chunk -> chunk.at("/choices/0/delta/content").asText())
                        .toList());
        assertThat(text).isEqualTo(client.post(ask("hello", asked)).content());
        assertThat(chunks.get(6).at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(chunks.get(7).path("choices")).isEmpty();
        assertThat(chunks.get(7).at("/usage/completion_tokens").asInt()).isEqualTo(5);
    }

    @Test
    void stopsAtAStopText() throws Exception {
        String whole =
                client.post(ask("stop", "\"max_tokens\":30,\"temperature\":0")).content();
        String word = whole.substring(10, 12);
        LocalClient.Answer answer =
                client.post(ask("stop", "\"max_tokens\":30,\"temperature\":0,\"stop\":\"" + word + "\""));
        assertThat(answer.content()).isEqualTo(whole.substring(0, whole.indexOf(word)));
        assertThat(answer.reason()).isEqualTo("stop");
    }

    @Test
    void theSameSeedGivesTheSameAnswer() throws Exception {
        String body = ask("seed", "\"max_tokens\":30,\"seed\":7,\"temperature\":1.5");
        assertThat(client.post(body).content()).isEqualTo(client.post(body).content());
    }

    @Test
    void theSecondTurnReusesWhatItsSlotHolds() throws Exception {
        String start = "{\"role\":\"user\",\"content\":\"" + "tell me of the sea ".repeat(40) + "\"}";
        LocalClient.Answer first = client.post("{\"max_tokens\":20,\"messages\":[" + start + "]}");
        assertThat(first.cached()).isZero();
        LocalClient.Answer second = client.post("{\"max_tokens\":20,\"messages\":[" + start
                + ",{\"role\":\"assistant\",\"content\":\"" + first.content()
                + "\"},{\"role\":\"user\",\"content\":\"more\"}]}");
        assertThat(second.cached()).isGreaterThan(700);
        Pattern kept = Pattern.compile("kv cache rm \\[(\\d+), end\\)");
        Await.until(
                "the engine tells that it kept the prefix",
                () -> models.errors("tiny").stream()
                        .map(kept::matcher)
                        .filter(Matcher::find)
                        .anyMatch(match -> Integer.parseInt(match.group(1)) >= second.cached()));
    }

    @Test
    void twoSessionsAreAnsweredAtOnce() throws Exception {
        try (BufferedReader slow = client.stream(ask("one", LONG))) {
            assertThat(slow.readLine()).startsWith("data: ");
            assertThat(client.post(ask("two", "\"max_tokens\":3")).content()).hasSize(3);
            assertThat(client.health().path("busy").asInt()).isEqualTo(1);
        }
    }

    @Test
    void stopsAsSoonAsTheClientLeaves() throws Exception {
        try (BufferedReader lines = client.stream(ask("leaving", LONG))) {
            for (int i = 0; i < 20; i++) {
                assertThat(lines.readLine()).isNotNull();
            }
        }
        Await.until("the slot is free", () -> client.health().path("busy").asInt() == 0);
        Pattern stopped = Pattern.compile("stop processing: n_past = (\\d+)");
        Await.until(
                "the engine stopped early",
                () -> models.errors("tiny").stream()
                        .map(stopped::matcher)
                        .filter(Matcher::find)
                        .anyMatch(match -> Integer.parseInt(match.group(1)) < CONTEXT / 2));
    }

    @Test
    void noticesThatTheClientLeftAnAnswerThatIsNotStreamed() throws Exception {
        CompletableFuture<?> answer = client.postLater(ask("silent leaving", "\"max_tokens\":65000"));
        Await.until("it runs", () -> client.health().path("busy").asInt() == 1);
        answer.cancel(true);
        Await.until("the slot is free", () -> client.health().path("busy").asInt() == 0);
    }

    @Test
    void refusesMessagesThatDoNotFitAndSaysHowLongTheyAre() throws Exception {
        LocalClient.Answer answer = client.post(ask("a".repeat(CONTEXT), ""));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("context_length_exceeded");
        assertThat(answer.body().at("/error/message").asText())
                .contains("65536 tokens")
                .containsPattern("need 65[5-9]\\d\\d");
    }

    @Test
    void countsCharactersBeyondTheBasicPlaneAndNulsWithoutGarblingThem() throws Exception {
        int plain = client.post(ask("ab", "\"max_tokens\":1")).usage("prompt_tokens");
        assertThat(client.post(ask("a\uD83E\uDD8Ab\uD83E\uDD8A", "\"max_tokens\":1"))
                        .usage("prompt_tokens"))
                .isEqualTo(plain + 8);
        assertThat(client.post(ask("a\\u0000b", "\"max_tokens\":1")).usage("prompt_tokens"))
                .isEqualTo(plain + 3);
        assertThat(client.post(ask("a\\ud83eb", "\"max_tokens\":1")).usage("prompt_tokens"))
                .isEqualTo(plain + 3);
    }

    @Test
    void followsAJsonSchemaAndKeepsCharactersOfSeveralTokensWhole() throws Exception {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[\"\u00e9\uD83E\uDD8A\"]}},\"required\":[\"a\"],\"additionalProperties\":false}";
        String format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":"
                + schema + "}}";
        LocalClient.Answer answer = client.post(ask("json", format + ",\"max_tokens\":200"));
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        assertThat(LocalClient.JSON.readTree(answer.content()).path("a").asText())
                .isEqualTo("\u00e9\uD83E\uDD8A");
        assertThat(answer.reason()).isEqualTo("stop");
    }

    @Test
    void refusesWhatItCannotDoAndLivesOn() throws Exception {
        refuses("not json", "invalid_request");
        refuses("[]", "invalid_request");
        refuses("{}", "invalid_request");
        refuses("{\"messages\":[]}", "invalid_request");
        refuses("{\"messages\":[{\"role\":\"wizard\",\"content\":\"x\"}]}", "invalid_request");
        refuses("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}", "invalid_request");
        refuses("[".repeat(20_000), "invalid_request");
        refuses(ask("x", "\"n\":2"), "invalid_request");
        refuses(ask("x", "\"temperature\":\"hot\""), "invalid_request");
        refuses(ask("x", "\"max_tokens\":0"), "invalid_request");
        refuses(ask("x", "\"stop\":[1]"), "invalid_request");
        refuses(ask("x", "\"tools\":[{\"type\":\"function\"}]"), "tools_unsupported");
        refuses(ask("x", "\"functions\":[{\"name\":\"f\"}]"), "tools_unsupported");
        refuses(ask("x", "\"web_search_options\":{}"), "tools_unsupported");
        refuses(ask("x", "\"response_format\":{\"type\":\"xml\"}"), "invalid_request");
        refuses(ask("x", schema("{\"minItems\":1000000}")), "invalid_request");
        refuses(ask("x", schema("{\"items\":".repeat(50) + "{}" + "}".repeat(50))), "invalid_request");
        refuses(ask("x", schema("{\"type\":\"nonsense\"}")), "invalid_request");
        assertThat(client.statusWithSecret("wrong")).isEqualTo(401);
        assertThat(client.post(ask("still there", "\"max_tokens\":1")).status()).isEqualTo(200);
    }

    @Test
    void saysWhichFieldIsWrong() throws Exception {
        names("{\"messages\":[]}", "messages");
        names("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"content\":\"x\"}]}", "messages.1.role");
        names("{\"messages\":[{\"role\":\"user\"}]}", "messages.0.content");
        names("{\"messages\":[{\"role\":\"user\",\"content\":5}]}", "messages.0.content");
        names(ask("x", "\"temperature\":\"hot\""), "temperature");
        names(ask("x", "\"max_tokens\":0"), "max_tokens");
        names(ask("x", "\"stop\":[1]"), "stop");
        names(ask("x", "\"tools\":[{\"type\":\"function\"}]"), "tools");
        names(ask("x", "\"response_format\":{\"type\":\"xml\"}"), "response_format.type");
    }

    private void names(String body, String param) throws Exception {
        LocalClient.Answer answer = client.post(body);
        assertThat(answer.status()).as(body).isEqualTo(400);
        assertThat(answer.body().at("/error/param").asText()).isEqualTo(param);
    }

    @Test
    void refusesSchemasThatTheGrammarCannotKeepAndNamesTheWord() throws Exception {
        refusesSchema("{\"type\":\"object\",\"properties\":{\"a\":{\"not\":{}}}}", "`not`", "schema.properties.a");
        refusesSchema("{\"type\":\"object\",\"patternProperties\":{}}", "`patternProperties`");
        refusesSchema("{\"type\":\"array\",\"items\":{\"type\":\"number\",\"multipleOf\":2}}", "`multipleOf`");
        refusesSchema("{\"type\":\"array\",\"uniqueItems\":true}", "`uniqueItems`");
        refusesSchema("{\"type\":\"number\",\"minimum\":1}", "`minimum` of anything but an integer");
        refusesSchema("{\"anyOf\":[{\"if\":{}}]}", "`if`", "schema.anyOf.0");
        refusesSchema("{\"$defs\":{\"x\":{\"contains\":{}}}}", "`contains`", "schema.$defs.x");
        refusesSchema("{\"$ref\":\"https://example.org/schema\"}", "`schema.$ref`");
        refusesSchema("{\"$ref\":\"#/$defs/none\"}", "`schema.$ref`");
        refusesSchema("{\"type\":\"string\",\"pattern\":\"a\"}", "`schema.pattern`");
        refusesSchema("{\"type\":\"string\",\"maxLength\":1000}", "`schema.maxLength`");
        refusesSchema("{\"type\":\"nonsense\"}", "`schema.type`");
    }

    private void refusesSchema(String schema, String... words) throws Exception {
        LocalClient.Answer answer = client.post(ask("x", schema(schema)));
        assertThat(answer.status()).as(schema).isEqualTo(400);
        assertThat(answer.body().at("/error/message").asText()).contains(words);
    }

    @Test
    void keepsTheWordsOfSchemasThatPass() throws Exception {
        String schema = """
                {"$defs": {"size": {"enum": ["s", "m"]}}, "type": "object", "title": "x", "additionalProperties": false,
                 "required": ["size", "n", "list"], "properties": {"size": {"$ref": "#/$defs/size"},
                 "n": {"type": "integer", "minimum": 7, "maximum": 8}, "word": {"type": "string", "pattern": "^a[bc]$"},
                 "list": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": ["boolean", "null"]}}}}""";
        LocalClient.Answer answer = client.post(ask("json", schema(schema) + ",\"max_tokens\":400"));
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        var value = LocalClient.JSON.readTree(answer.content());
        assertThat(value.path("size").asText()).isIn("s", "m");
        assertThat(value.path("n").asInt()).isBetween(7, 8);
        assertThat(value.path("list")).hasSize(2);
    }

    private static String schema(String schema) {
        return "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":" + schema + "}}";
    }

    private void refuses(String body, String code) throws Exception {
        LocalClient.Answer answer = client.post(body);
        assertThat(answer.code())
                .as(body.substring(0, Math.min(80, body.length())))
                .isEqualTo(code);
        assertThat(answer.status()).isEqualTo(400);
    }
}
