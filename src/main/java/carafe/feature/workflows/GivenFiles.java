package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Stop;
import carafe.platform.config.FileTypes;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Looks at the files that runs are given as addresses: one of our own by its signature and its row, another by a request for
 * its headers, past the guard. Codes 23601 and 23603 of the contract.
 */
final class GivenFiles {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MOST_MOVES = 3;

    private final FileTypes types;
    private final FlowFiles files;
    private final Reach reach;
    private final long most;

    /** @param most bytes of a file */
    GivenFiles(FileTypes types, FlowFiles files, Reach reach, long most) {
        this.types = types;
        this.files = files;
        this.reach = reach;
        this.most = most;
    }

    /** @throws FlowFailure when the file may not be used */
    void check(String url, List<String> allowed, Stop stop) {
        var address = address(url);
        var own = files.at(address);
        long size = own.map(FlowFiles.Upload::size).orElseGet(() -> size(address, stop));
        if (size > most) {
            throw new FlowFailure(FlowCode.FILE, "File size exceeds limit: " + size + " of " + most + " bytes");
        }
        var ending = ending(own.map(FlowFiles.Upload::name).orElse(String.valueOf(address.getPath())));
        if (!types.allows(allowed, ending)) {
            throw new FlowFailure(
                    FlowCode.FILE,
                    ending.isEmpty()
                            ? "the address does not show a type of file"
                            : "Unsupported file extension: " + shortened(ending));
        }
    }

    private static URI address(String url) {
        try {
            return URI.create(url.strip());
        } catch (IllegalArgumentException e) {
            throw new FlowFailure(FlowCode.FILE_LINK, "not an address: " + shortened(url));
        }
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private static String ending(String path) {
        var name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1);
    }

    private long size(URI first, Stop stop) {
        var address = first;
        for (int i = 0; i <= MOST_MOVES; i++) {
            var reply = reach.head(address.toString(), LIMIT, stop);
            var next = reply.headers().get("location");
            if (reply.status() >= 300 && reply.status() < 400 && next != null) {
                address = address.resolve(address(next));
                continue;
            }
            if (reply.status() < 200 || reply.status() >= 300) {
                throw new FlowFailure(FlowCode.FILE_LINK, "its server answered " + reply.status());
            }
            var length = reply.headers().getOrDefault("content-length", "");
            if (!length.matches("\\d{1,18}")) {
                throw new FlowFailure(FlowCode.FILE_LINK, "its server does not say how large it is");
            }
            return Long.parseLong(length);
        }
        throw new FlowFailure(FlowCode.FILE_LINK, "it moves too often");
    }
}
