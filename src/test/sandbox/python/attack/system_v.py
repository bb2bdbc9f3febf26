#: about: System V and POSIX queues, semaphores and shared memory are refused
#: stdout-is: EPERM EPERM EPERM EPERM\n
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

print(call(29, 194, 77, 4096, 0o1666), call(64, 190, 77, 1, 0o1666), call(68, 186, 77, 0o1666), call(240, 180, b"LEFTOVER", 0o102, 0o666, 0))
