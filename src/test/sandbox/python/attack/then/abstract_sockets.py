#: about: abstract names of the run before are free
#: stdout-is: free 1\n
import socket
s = socket.socket(socket.AF_UNIX)
s.bind("\0LEFTOVER-9f31c0de")
print("free", len([l for l in open("/proc/net/unix") if "LEFT" in l]))
