package carafe.engine.outbound;

import carafe.platform.http.Networks;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/**
 * Which hosts may be asked when somebody gives the server an address: those on the public internet, and what the operator
 * names. The client connects to the very addresses that were checked, so a name that changes its mind in between gains
 * nothing; after a redirect it resolves again.
 */
public final class AddressGuard implements DnsResolver {
    /** No globally reachable unicast address, or one that stands for another address: IANA's registries (RFC 6890). */
    private static final Networks NOT_PUBLIC = Networks.parse(List.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            "::/3", // all but 2000::/3
            "4000::/2",
            "8000::/1",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20"));

    private final List<String> hosts;
    private final Networks networks;
    private final boolean any;
    private final String remedy;

    /**
     * @param allowed host names, {@code *.example.org}, addresses and ranges beside the public ones; {@code *} for all
     * @param remedy what an operator can do for one that is refused
     */
    public AddressGuard(List<String> allowed, String remedy) {
        this.any = allowed.contains("*");
        this.hosts = allowed.stream()
                .map(one -> one.strip().toLowerCase(Locale.ROOT))
                .filter(one -> !one.isEmpty() && !isRange(one))
                .toList();
        this.networks = Networks.parse(allowed.stream()
                .map(String::strip)
                .filter(AddressGuard::isRange)
                .toList());
        this.remedy = remedy;
    }

    /** For addresses that the operator gave. */
    public static AddressGuard none() {
        return new AddressGuard(List.of("*"), "");
    }

    private static boolean isRange(String text) {
        return text.matches("[0-9.]+(/\\d+)?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/\\d+)?");
    }

    /** The addresses of a host. @throws Refused when one of them must not be asked */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        var all = SystemDefaultDnsResolver.INSTANCE.resolve(host);
        if (any || isAllowed(host)) {
            return all;
        }
        for (var address : all) {
            var plain = InetAddress.getByAddress(address.getAddress()).getHostAddress(); // without scope
            if (NOT_PUBLIC.contains(plain) && !networks.contains(plain)) {
                throw new Refused(
                        "The host " + host + " has the address " + plain + ", which is not public. " + remedy);
            }
        }
        return all;
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

    /** A host that must not be asked; the message is meant for people. */
    public static final class Refused extends UnknownHostException {
        Refused(String message) {
            super(message);
        }
    }
}
