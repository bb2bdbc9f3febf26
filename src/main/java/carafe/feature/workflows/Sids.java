package carafe.feature.workflows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes the two kinds of ids of the workflow API: the sid of each request (contract, section 1.4) and the numbers of
 * workflows, 64 bits of time and count that never repeat on one node.
 */
final class Sids {
    private static final long EPOCH_MS = 1_704_067_200_000L; // 2024, so that numbers stay short for long

    private final String sub;
    private final String location;
    private final String tail;
    private final Clock clock;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong last = new AtomicLong();
    private final long node;

    /** @param sub and {@code location}: {@code SERVICE_SUB} and {@code SERVICE_LOCATION} */
    Sids(String sub, String location, int port, String nodeId, Clock clock) {
        this.sub = sub;
        this.location = location;
        this.tail = address() + "%02d".formatted(port).substring(0, 2) + "2";
        this.clock = clock;
        this.node = nodeId.hashCode() & 0x3FF;
    }

    private static String address() {
        try {
            var bytes = InetAddress.getLocalHost().getAddress();
            return "%02x%02x".formatted(bytes[bytes.length - 2], bytes[bytes.length - 1]);
        } catch (UnknownHostException e) {
            return "0001"; // a machine without a name of its own
        }
    }

    String sid() {
        return "%s%04x%04x@%s%011x%s"
                .formatted(
                        sub,
                        ProcessHandle.current().pid() & 0xFFFF,
                        count.incrementAndGet() & 0xFFFF,
                        location,
                        clock.millis(),
                        tail);
    }

    /** A number as text. */
    String flowId() {
        long now = (clock.millis() - EPOCH_MS) << 12;
        long stamp = last.updateAndGet(previous -> Math.max(previous + 1, now));
        return Long.toString((stamp >>> 12) << 22 | node << 12 | (stamp & 0xFFF));
    }
}
