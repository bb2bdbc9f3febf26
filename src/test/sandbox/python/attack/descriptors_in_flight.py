#: about: descriptors on the way between sockets that nobody holds any more keep the disk full
#: stdout-is: gone\n
#: retired: maybe
import array, os, socket
def flight(fd):
    a, b = socket.socketpair()
    for s, t in ((a, b), (b, a)):
        s.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd, a.fileno(), b.fileno()]))])
for i in range(20):
    fd = os.open("/tmp", os.O_TMPFILE | os.O_RDWR)
    try:
        os.write(fd, b"LEFTOVER-9f31c0de" * 25000)
    except OSError:
        pass
    flight(fd)
    os.close(fd)
print("gone")
