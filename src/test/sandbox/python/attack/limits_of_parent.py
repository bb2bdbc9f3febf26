#: about: with several cases the parent of the cases is as well kept
#: case: a
#: case: b
#: stdout: EPERM EPERM True True
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

limit = (ctypes.c_ulong * 2)(0, 0)
parent = os.getppid()
def closed(name):
    try:
        os.close(os.open("/proc/%d/%s" % (parent, name), os.O_RDONLY))
        return False
    except OSError:
        return True
print(call(302, 261, parent, 7, limit, 0), call(101, 117, 16, parent, 0, 0), closed("mem"), closed("fd/1"), input())
