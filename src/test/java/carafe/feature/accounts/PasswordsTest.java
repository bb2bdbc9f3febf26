package carafe.feature.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.platform.http.Problem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private final Passwords passwords = new Passwords();

    @AfterEach
    void close() {
        passwords.close();
    }

    @Test
    void aHashHoldsForItsPasswordOnly() {
        var hash = passwords.hash("tr\u00fcb \ud83c\udf42");

        assertThat(hash).startsWith("$2b$10$").hasSize(60);
        assertThat(passwords.verify("tr\u00fcb \ud83c\udf42", hash)).isTrue();
        assertThat(passwords.verify("tr\u00fcb", hash)).isFalse();
        assertThat(passwords.verify("", hash)).isFalse();
    }

    @Test
    void seventyTwoBytesAreTakenAndMoreAreCutOnlyWhenChecked() {
        var longest = "x".repeat(72);
        var hash = passwords.hash(longest);

        assertThat(passwords.verify(longest, hash)).isTrue();
        assertThat(passwords.verify(longest + "more", hash)).isTrue();
        assertThat(passwords.verify("x".repeat(71), hash)).isFalse();
        assertThatThrownBy(() -> passwords.hash(longest + "y")).isInstanceOf(Problem.BadRequest.class);
    }

    @Test
    void hashesOfOtherLibrariesHold() {
        // the vectors of jBCrypt and of crypt_blowfish
        assertThat(passwords.verify("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"))
                .isTrue();
        assertThat(passwords.verify("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"))
                .isTrue();
        assertThat(passwords.verify(
                        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
                        "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"))
                .isTrue();
    }

    @Test
    void nobodyHasNoPassword() {
        assertThat(passwords.verify("", null)).isFalse();
        assertThat(passwords.verify("anything", null)).isFalse();
    }
}
