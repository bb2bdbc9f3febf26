#: about: the host's only pool of asynchronous requests is not ours to use up
#: stdout-is: EPERM\n
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

context = ctypes.c_ulong(0)
print(call(206, 0, 60000, ctypes.byref(context)))
