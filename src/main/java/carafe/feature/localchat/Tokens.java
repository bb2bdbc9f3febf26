package carafe.feature.localchat;

/** About how many tokens a text has, for budgets and where no provider counts: a word's four letters, or one Han character. */
final class Tokens {
    private Tokens() {}

    static int of(String text) {
        int narrow = 0;
        int wide = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < 0x2E80) {
                narrow++;
            } else {
                wide++;
            }
        }
        return wide + (narrow + 3) / 4;
    }
}
