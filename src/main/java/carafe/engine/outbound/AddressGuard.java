package carafe.engine.outbound;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/**
 * Resolves names to public addresses only, apart from what the operator allows. The client connects to the very addresses
 * that were checked, so a name that changes its mind in between gains nothing. Sources: RFC 6890 and its registries.
 */
public final class AddressGuard implements DnsResolver {
    private final List<String> hosts;
    private final carafe.platform.http.Networks networks;
    private final boolean any;

    /** @param allowed host names, {@code *.example.org}, addresses and ranges beside the public ones; {@code *} for all */
    public AddressGuard(List<String> allowed) {
        this.any = allowed.contains("*");
        this.hosts = allowed.stream()
                .map(one -> one.strip().toLowerCase(Locale.ROOT))
                .filter(one -> !one.isEmpty() && !isRange(one))
                .toList();
        this.networks = carafe.platform.http.Networks.parse(allowed.stream()
                .map(String::strip)
                .filter(AddressGuard::isRange)
                .toList());
    }

    private static boolean isRange(String text) {
        return text.matches("[0-9.]+(/\\d+)?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/\\d+)?");
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        var all = SystemDefaultDnsResolver.INSTANCE.resolve(host);
        if (any || isAllowed(host)) {
            return all;
        }
        var open = Arrays.stream(all).filter(this::isOpen).toArray(InetAddress[]::new);
        if (open.length == 0) {
            throw new Refused(host);
        }
        return open;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    private boolean isAllowed(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        return hosts.stream()
                .anyMatch(one -> one.equals(name) || (one.startsWith("*.") && name.endsWith(one.substring(1))));
    }

    private boolean isOpen(InetAddress address) {
        return isPublic(address) || networks.contains(address.getHostAddress().replaceAll("%.*", ""));
    }

    /** Whether an address is somewhere out in the world: none of this machine, its network, or of special use. */
    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] b = address.getAddress();
        return address instanceof Inet4Address ? isPublic4(b, 0) : isPublic6(b);
    }

    private static boolean isPublic4(byte[] b, int from) {
        int first = b[from] & 0xFF;
        int second = b[from + 1] & 0xFF;
        int third = b[from + 2] & 0xFF;
        return !(first == 0
                || first == 10
                || first == 127
                || (first == 100 && second >= 64 && second < 128)
                || (first == 169 && second == 254)
                || (first == 172 && second >= 16 && second < 32)
                || (first == 192 && second == 168)
                || (first == 192 && second == 0 && (third == 0 || third == 2))
                || (first == 192 && second == 88 && third == 99)
                || (first == 198 && (second == 18 || second == 19))
                || (first == 198 && second == 51 && third == 100)
                || (first == 203 && second == 0 && third == 113)
                || first >= 224);
    }

    /** Of the global unicast range, without those parts that carry an address of version 4 which is not public. */
    private static boolean isPublic6(byte[] b) {
        int first = (b[0] & 0xFF) << 8 | (b[1] & 0xFF);
        int second = (b[2] & 0xFF) << 8 | (b[3] & 0xFF);
        if (first == 0x64 && second == 0xFF9B) {
            return isPublic4(b, 12); // NAT64
        }
        if (first == 0x2002) {
            return isPublic4(b, 2); // 6to4
        }
        boolean special = first == 0x2001 && (second < 0x200 || second == 0xDB8);
        return (b[0] & 0xE0) == 0x20 && !special;
    }

    /** The address is one that users may not reach. */
    public static final class Refused extends UnknownHostException {
        Refused(String host) {
            super(host + " is an address that cannot be called from here");
        }
    }
}
