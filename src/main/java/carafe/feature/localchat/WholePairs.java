package carafe.feature.localchat;

import carafe.feature.chats.Unicode;

/**
 * Holds back half a surrogate pair until the other half comes, since providers cut their pieces anywhere. A half that
 * stays alone becomes U+FFFD, as in the store.
 */
final class WholePairs {
    private String held = "";

    /** What can be sent of everything so far, and was not yet. */
    String take(String piece) {
        var all = held.isEmpty() ? piece : held + piece;
        held = "";
        if (!all.isEmpty() && Character.isHighSurrogate(all.charAt(all.length() - 1))) {
            held = all.substring(all.length() - 1);
            all = all.substring(0, all.length() - 1);
        }
        return Unicode.mended(all);
    }

    /** What is left at the end. */
    String rest() {
        var rest = Unicode.mended(held);
        held = "";
        return rest;
    }
}
