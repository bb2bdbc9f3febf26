package carafe.engine.relay;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Finds the addresses of a host; what it throws is the reason why there is no connection. */
@FunctionalInterface
public interface Names {
    /** As the machine knows them. */
    Names SYSTEM = InetAddress::getAllByName;

    InetAddress[] resolve(String host) throws UnknownHostException;
}
