#: about: the process that waits for the next case cannot be looked into either
#: case: a
#: case: b
#: stdout-is: []\n
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

machine = os.uname().machine
def call(x86, arm, *args):
    """The error's name of a raw system call, or its result."""
    number = x86 if machine == "x86_64" else arm
    if number is None:
        return "EPERM"
    r = libc.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    import errno
    return errno.errorcode.get(ctypes.get_errno(), "?") if r == -1 else r

import time
time.sleep(0.1)
found = []
for pid in (int(n) for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()):
    for name in ("mem", "maps", "environ", "fd/1", "fd/3", "oom_score_adj"):
        for mode in (os.O_RDONLY, os.O_WRONLY):
            try:
                os.close(os.open("/proc/%d/%s" % (pid, name), mode))
                if (name, mode) != ("oom_score_adj", os.O_RDONLY):
                    found.append((pid, name, mode))
            except OSError:
                pass
    if call(101, 117, 16, pid, 0, 0) != "EPERM":
        found.append("ptrace")
print(found)
