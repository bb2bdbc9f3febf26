#: about: no network at all, not even of the container itself
#: stdout-is: EPERM EPERM EPERM EPERM EPERM EPERM True\n
import errno, socket
def attempt(family, kind=socket.SOCK_STREAM, protocol=0):
    try:
        socket.socket(family, kind, protocol)
        return "open"
    except OSError as e:
        return errno.errorcode[e.errno]
print(attempt(socket.AF_INET), attempt(socket.AF_INET6), attempt(socket.AF_INET, socket.SOCK_DGRAM), attempt(socket.AF_NETLINK, socket.SOCK_RAW),
      attempt(socket.AF_PACKET, socket.SOCK_RAW), attempt(38, socket.SOCK_SEQPACKET), attempt(socket.AF_UNIX) == "open")
