package carafe.feature.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Takes the cookie by which people are signed in here out of requests: it is worth an account, and no upstream's business. */
final class OwnCookie {
    private static final String NAME = "token";

    private final Predicate<String> signedHere;

    /** @param signedHere whether a token was made by this server */
    OwnCookie(Predicate<String> signedHere) {
        this.signedHere = signedHere;
    }

    /** Whether one of the values of {@code Cookie} holds it. */
    boolean isIn(List<String> values) {
        for (var value : values) {
            if (value.contains(NAME + "=") && pairs(value).stream().anyMatch(this::isOurs)) {
                return true;
            }
        }
        return false;
    }

    /** What is left of a value of {@code Cookie}, perhaps nothing. */
    String without(String value) {
        return String.join(
                "; ", pairs(value).stream().filter(pair -> !isOurs(pair)).toList());
    }

    private static List<String> pairs(String value) {
        var pairs = new ArrayList<String>();
        for (var pair : value.split(";", -1)) {
            if (!pair.isBlank()) {
                pairs.add(pair.strip());
            }
        }
        return pairs;
    }

    private boolean isOurs(String pair) {
        int equals = pair.indexOf('=');
        if (equals < 0 || !pair.substring(0, equals).strip().equals(NAME)) {
            return false;
        }
        var token = pair.substring(equals + 1).strip();
        return signedHere.test(
                token.startsWith("\"") && token.endsWith("\"") && token.length() > 1
                        ? token.substring(1, token.length() - 1)
                        : token);
    }
}
