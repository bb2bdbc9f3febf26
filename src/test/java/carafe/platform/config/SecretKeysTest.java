package carafe.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class SecretKeysTest {
    private static final String TEXT = "a secret of the operator's own choice";

    /** RFC 5869 by hand: what people are signed in with must not change with the way it is computed. */
    @Test
    void theSigningKeyIsTheFirstBlockOfHkdf() throws Exception {
        byte[] extracted = hmac(new byte[32], TEXT.getBytes());
        byte[] expected = hmac(extracted, "carafe jwt\u0001".getBytes());

        assertThat(HexFormat.of().formatHex(new SecretKeys(new Secret(TEXT)).signing()))
                .isEqualTo(HexFormat.of().formatHex(expected));
    }

    @Test
    void whatOneSealedAnotherWithTheSameSecretOpens() throws Exception {
        var sealed = new SecretKeys(new Secret(TEXT)).seal(new Secret("sk-1"));

        assertThat(new SecretKeys(new Secret(TEXT)).open(sealed).reveal()).isEqualTo("sk-1");
        assertThatThrownBy(() -> new SecretKeys(new Secret("another")).open(sealed))
                .isInstanceOf(SecretKeys.SealBroken.class)
                .hasMessageContaining("another WEBUI_SECRET_KEY");
    }

    private static byte[] hmac(byte[] key, byte[] text) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text);
    }
}
