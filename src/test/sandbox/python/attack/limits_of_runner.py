#: about: limits, priority, policy, processors and I/O class of process 1 cannot be changed by a call
#: stdout: prlimit64 EPERM\n
#: stdout: setpriority EPERM EPERM EPERM EPERM\n
#: stdout: affinity EPERM\n
#: stdout: param EPERM\n
#: stdout: scheduler EPERM\n
#: stdout: attr EPERM\n
#: stdout: ioprio EPERM EPERM EPERM\n
#: stdout: own 0 0 0 0\n
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

limit = (ctypes.c_ulong * 2)(1000, 1000)
print("prlimit64", call(302, 261, 1, 1, limit, 0))
print("setpriority", call(141, 140, 0, 1, 19), call(141, 140, 1, 1, 19), call(141, 140, 2, 0, 19), call(141, 140, 2, os.getuid(), 19))
mask = (ctypes.c_ulong * 16)(1)
print("affinity", call(203, 122, 1, 128, mask))
zero = (ctypes.c_int * 1)(0)
print("param", call(142, 118, 1, zero))
print("scheduler", call(144, 119, 1, 3, zero))
attr = (ctypes.c_uint * 14)(56, 3)
print("attr", call(314, 274, 1, attr, 0))
print("ioprio", call(251, 30, 1, 1, 3 << 13), call(251, 30, 2, 0, 3 << 13), call(251, 30, 3, os.getuid(), 3 << 13))
print("own", call(302, 261, 0, 4, ctypes.byref((ctypes.c_ulong * 2)(0, 0)), 0), call(141, 140, 0, 0, 5), call(203, 122, 0, 128, mask), call(251, 30, 1, 0, 3 << 13))
