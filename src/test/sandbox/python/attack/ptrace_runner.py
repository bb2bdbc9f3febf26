#: about: attaching to process 1 and reading or writing its memory is refused
#: stdout-is: EPERM EPERM EPERM EPERM EPERM EPERM EPERM\n
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

buffer = ctypes.create_string_buffer(64)
class Vec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]
here, there = Vec(ctypes.addressof(buffer), 64), Vec(0x400000, 64)
ctypes.set_errno(0)
print(call(101, 117, 16, 1, 0, 0), call(101, 117, 0x4206, 1, 0, 0), call(101, 117, 0, 0, 0, 0),
      call(310, 270, 1, ctypes.byref(here), 1, ctypes.byref(there), 1, 0), call(311, 271, 1, ctypes.byref(here), 1, ctypes.byref(there), 1, 0),
      call(312, 272, 1, os.getpid(), 0, 0, 0), call(438, 438, os.pidfd_open(1), 1, 0))
