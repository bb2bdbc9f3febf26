#: about: pipes cannot be made larger
#: stdout-is: EPERM 65536\n
import errno, fcntl, os
r, w = os.pipe()
try:
    fcntl.fcntl(w, 1031, 1 << 20)
    print("grown", end=" ")
except OSError as e:
    print(errno.errorcode[e.errno], end=" ")
print(fcntl.fcntl(w, 1032))
