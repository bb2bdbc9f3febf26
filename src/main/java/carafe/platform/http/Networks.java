package carafe.platform.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** A list of address ranges in CIDR notation; empty by default, so nobody is trusted. */
public final class Networks {
    private record Range(byte[] address, int bits) {
        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit & 7);
                if ((address[bit >> 3] & mask) != (other[bit >> 3] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Range> ranges;

    private Networks(List<Range> ranges) {
        this.ranges = List.copyOf(ranges);
    }

    /** @throws IllegalArgumentException naming the entry that is not an address or a range */
    public static Networks parse(List<String> entries) {
        var ranges = new ArrayList<Range>();
        for (var entry : entries) {
            int slash = entry.indexOf('/');
            byte[] address = literal(slash < 0 ? entry : entry.substring(0, slash));
            int bits;
            try {
                bits = slash < 0 ? address.length * 8 : Integer.parseInt(entry.substring(slash + 1));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("not an address range: " + entry, e);
            }
            if (bits < 0 || bits > address.length * 8) {
                throw new IllegalArgumentException("not an address range: " + entry);
            }
            ranges.add(new Range(address, bits));
        }
        return new Networks(ranges);
    }

    public boolean contains(String address) {
        if (ranges.isEmpty()) {
            return false;
        }
        try {
            byte[] bytes = literal(address);
            return ranges.stream().anyMatch(range -> range.contains(bytes));
        } catch (IllegalArgumentException e) {
            return false; // a forwarded address that is none is trusted no further
        }
    }

    private static byte[] literal(String text) {
        var trimmed = text.trim().replace("[", "").replace("]", "");
        if (!trimmed.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) { // never a name: that would ask DNS
            throw new IllegalArgumentException("not an address: " + text);
        }
        try {
            return InetAddress.getByName(trimmed).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + text, e);
        }
    }
}
