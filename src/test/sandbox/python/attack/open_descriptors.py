#: about: no descriptor but the three standard ones is inherited, and those lead nowhere near the host's
#: stdout-is: [0, 1, 2] pipe pipe\n
import os
fds = sorted(int(n) for n in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + n))
print(fds, *(os.readlink("/proc/self/fd/%d" % n).split(":")[0] for n in (1, 2)))
