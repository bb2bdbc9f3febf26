package carafe.engine.llm.local;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Which addresses a host has, and whether it may be asked. */
@FunctionalInterface
public interface Hosts {
    /** Its addresses, at least one. @throws UnknownHostException when there is none, or it must not be asked */
    InetAddress[] resolve(String host) throws UnknownHostException;
}
