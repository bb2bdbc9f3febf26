package carafe.platform.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Which hosts the server may fetch from when somebody gives it an address: those on the public internet, and networks
 * that the operator names. It resolves names itself, so that what was checked is what is connected to; a client must
 * connect to its answer, also after a redirect.
 */
public final class Outbound {
    /** A host that must not be asked; the message is meant for people. */
    public static final class Refused extends UnknownHostException {
        Refused(String message) {
            super(message);
        }
    }

    /** No globally reachable unicast address, or one that stands for an IPv4 address: IANA's registries (RFC 6890). */
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
            "::/96",
            "64:ff9b::/32",
            "100::/64",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "fc00::/7",
            "fe80::/9",
            "ff00::/8"));

    private final Networks allowed;

    /** @param allowed networks that may be asked though they are not public */
    public Outbound(Networks allowed) {
        this.allowed = allowed;
    }

    /** The addresses of a host. @throws Refused when one of them must not be asked */
    public InetAddress[] resolve(String host) throws UnknownHostException {
        var addresses = InetAddress.getAllByName(host);
        for (var address : addresses) {
            var plain = InetAddress.getByAddress(address.getAddress()).getHostAddress(); // without scope
            if (NOT_PUBLIC.contains(plain) && !allowed.contains(plain)) {
                throw new Refused("The host " + host + " has the address " + plain
                        + ", which is not public. If files may be fetched from there, name its network in"
                        + " FETCH_PRIVATE_NETWORKS.");
            }
        }
        return addresses;
    }
}
