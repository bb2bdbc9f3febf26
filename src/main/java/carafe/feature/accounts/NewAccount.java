package carafe.feature.accounts;

import carafe.platform.config.Config;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.regex.Pattern;

/** What somebody gives to get an account, checked; the rules for each field are here for changes, too. */
record NewAccount(String name, String email, String password, String image) {
    static final int MAX_NAME = 100;
    /** bcrypt's limit is checked in bytes later; this only bounds what is read. */
    static final int MAX_PASSWORD = 4096;

    private static final int MAX_EMAIL = 254;
    private static final Pattern EMAIL = Pattern.compile("[^\\s@\\p{Cntrl}]{1,64}@[^\\s@\\p{Cntrl}]{1,190}");

    static NewAccount read(Fields fields) {
        return new NewAccount(
                name(fields.text("name", MAX_NAME)),
                email(fields.text("email", MAX_EMAIL)),
                fields.text("password", MAX_PASSWORD),
                Pictures.checked(
                        fields.optionalText("profile_image_url", Pictures.MAX).orElse("")));
    }

    static NewAccount of(Config.FirstAdmin first) {
        return new NewAccount(
                name(first.name()), email(first.email()), first.password().reveal(), "");
    }

    static String name(String text) {
        var name = text.strip();
        if (name.isEmpty() || name.codePoints().anyMatch(Character::isISOControl)) {
            throw new Problem.BadRequest("Please enter a name.", "name");
        }
        return name;
    }

    static String optionalEmail(Fields fields) {
        return email(fields.text("email", MAX_EMAIL));
    }

    /** In lower case. */
    static String email(String text) {
        var email = normal(text);
        if (!EMAIL.matcher(email).matches()) {
            throw new Problem.BadRequest("This does not look like an e-mail address.", "email");
        }
        return email;
    }

    static String normal(String email) {
        return email.strip().toLowerCase(Locale.ROOT);
    }

    static String optionalImage(Fields fields) {
        return Pictures.checked(
                fields.optionalText("profile_image_url", Pictures.MAX).orElse(""));
    }

    ObjectNode profile() {
        var profile = JsonNodeFactory.instance.objectNode();
        if (!image.isEmpty()) {
            profile.put("profile_image_url", image);
        }
        return profile;
    }

    static Problem taken() {
        return new Problem.BadRequest("email_taken", "This e-mail address is already taken.", "email");
    }

    @Override
    public String toString() {
        return "NewAccount[" + email + "]";
    }
}
