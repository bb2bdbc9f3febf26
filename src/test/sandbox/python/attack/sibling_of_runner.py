#: about: children given to the runner as its own, that tell nobody of their end
#: within-ms: 20000
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
CLONE_PARENT = 0x8000
for flags in (CLONE_PARENT | 17, 0, CLONE_PARENT):
    for _ in range(5):
        pid = call(56, 220, flags, 0, 0, 0, 0)
        if pid == 0:
            if flags == 0:
                call(56, 220, CLONE_PARENT, 0, 0, 0, 0)
            time.sleep(1000)
            os._exit(0)
os._exit(0)
