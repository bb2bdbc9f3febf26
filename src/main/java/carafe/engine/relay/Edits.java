package carafe.engine.relay;

import java.util.List;

/**
 * What changes in a request's head on its way: nothing else does, except that fields of one connection end here.
 *
 * @param host whose {@code Host} goes upstream
 * @param drop names, in small letters, of fields that are left out
 * @param lines complete lines, each with CR LF, that are added
 */
public record Edits(HostField host, List<String> drop, List<byte[]> lines) {
    /** Whose {@code Host} goes upstream. */
    public enum HostField {
        CLIENTS,
        UPSTREAMS,
        /** One of the lines that are added. */
        ADDED
    }

    public Edits {
        drop = List.copyOf(drop);
        lines = List.copyOf(lines);
    }

    boolean drops(Head head, int field) {
        for (int i = 0; i < drop.size(); i++) {
            if (head.named(field, drop.get(i))) {
                return true;
            }
        }
        return false;
    }
}
