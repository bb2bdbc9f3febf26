#: about: queued signals, signals to its thread, and by way of descriptors it owns
#: stdout-is: done\n
#: exit: 0
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

import fcntl, signal, socket
info = ctypes.create_string_buffer(128)
for n in range(1, 65):
    for target in (1,):
        call(129, 138, target, n, info)   # rt_sigqueueinfo
        call(200, 130, target, n)         # tkill
        call(234, 131, target, target, n) # tgkill
for n in (signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGINT):
    a, b = socket.socketpair()
    for how in (8, 15):
        try:
            fcntl.fcntl(a, 8, 1)
            fcntl.fcntl(a, 10, n)
            fcntl.fcntl(a, fcntl.F_SETFL, fcntl.fcntl(a, fcntl.F_GETFL) | os.O_ASYNC)
            b.send(b"x")
        except OSError:
            pass
print("done")
