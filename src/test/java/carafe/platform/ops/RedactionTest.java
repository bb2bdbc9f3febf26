package carafe.platform.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "password=hunter2secret",
                "login failed password=hunter2secret user=ann",
                "{\"password\": \"hunter2secret\"}",
                "{\"password\":\"x\\\"hunter2secret\"}",
                "{\\\"password\\\":\\\"hunter2secret\\\"}",
                "new_password = 'hunter2secret'",
                "Authorization: Bearer hunter2secret",
                "Authorization: Basic hunter2secret",
                "authorization=Token hunter2secret",
                "{Authorization=[Bearer hunter2secret], Host=[a]}",
                "Cookie: a=b; token2=hunter2secret; c=d",
                "Set-Cookie: sid=hunter2secret; Path=/",
                "X-Api-Key: hunter2secret",
                "apiKey=hunter2secret",
                "https://example.org/cb?access_token=hunter2secret&x=1",
                "client_secret=hunter2secret&x=1",
                "session={id=hunter2secret, at=1}",
                "{\"tokens\": [\"hunter2secret\", \"x\"]}",
                "tokens=hunter2secret",
                "key is sk-hunter2secret",
                "bearer hunter2secret.abc-def",
                "jwt eyJhunter2secret.eyJhunter2secret.hunter2secret",
                "postgresql://carafe:hunter2secret@db:5432/carafe",
                "jdbc:postgresql://carafe:p/hunter2secret@db/carafe",
                "postgres://u:p@hunter2secret@db/carafe",
                "https://user:hunter2secret@example.org/x",
                "redis://:hunter2secret@cache:6379",
                "sentry_dsn=https://hunter2secret.example.org/1",
                "x-session-id: hunter2secret",
                "password=\nhunter2 is not on this line but password=hunter2secret is",
            })
    void noSecretPasses(String text) {
        assertThat(Redaction.text(text)).doesNotContain("hunter2secret").contains(Redaction.MASK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model loaded in 12 ms",
                "total_tokens=120 input_tokens=20",
                "{\"max_tokens\": 150}",
                "https://example.org/users/@ann?x=1",
                "task-1234567890123 risk-averse",
                "GET /api/v1/chats status=200",
                "mail ann@example.org",
                "",
                "=:=:==",
            })
    void harmlessTextStaysAsItIs(String text) {
        assertThat(Redaction.text(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "password,true",
        "USER_PASSWORD,true",
        "deepseek_api_key,true",
        "x-api-key,true",
        "accessToken,true",
        "session_id,true",
        "Set-Cookie,true",
        "total_tokens,true",
        "model,false",
        "key,false",
        "user_id,false",
    })
    void keysAreJudgedByWhatTheyContain(String key, boolean secret) {
        assertThat(Redaction.isSecret(key)).isEqualTo(secret);
    }

    @Test
    void countersAreShownOnlyWhenTheyCount() {
        assertThat(Redaction.counts("total_tokens", "120")).isTrue();
        assertThat(Redaction.counts("total_tokens", "abc")).isFalse();
        assertThat(Redaction.counts("token", "120")).isFalse();
    }
}
