#: about: calls that widen the kernel's surface are refused
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

buffer = ctypes.create_string_buffer(256)
doors = {"io_uring": (425, 425, 8, buffer), "memfd": (319, 279, b"x", 0), "memfd_secret": (447, 447, 0), "userfaultfd": (323, 282, 1), "bpf": (321, 280, 0, buffer, 120),
         "perf": (298, 241, buffer, 0, -1, -1, 0), "keyctl": (250, 219, 0, -3, 1), "add_key": (248, 217, b"user", b"LEFTOVER", b"x", 1, -4),
         "request_key": (249, 218, b"user", b"x", 0, 0), "unshare": (272, 97, 0x10000000), "setns": (308, 268, 0, 0), "mount": (165, 40, b"t", b"/tmp", b"tmpfs", 0, 0),
         "clone newuser": (56, 220, 0x10000011, 0, 0, 0, 0), "clone newns": (56, 220, 0x00020011, 0, 0, 0, 0), "fsopen": (430, 430, b"tmpfs", 0), "open_tree": (428, 428, -100, b"/", 1),
         "handle": (303, 264, -100, b"/tmp", buffer, buffer, 0), "fanotify": (300, 262, 0, 0), "vmsplice": (278, 75, 0, 0, 0, 0), "ldt": (154, None, 1, buffer, 16),
         "kexec": (246, 104, 0, 0, 0, 0), "module": (175, 105, 0, 0, 0), "syslog": (103, 116, 3, buffer, 255), "process_madvise": (440, 440, 0, 0, 0, 4, 0), "move_pages": (279, 239, 1, 0, 0, 0, 0, 0)}
opened = []
for name, (x86, arm, *args) in doors.items():
    ctypes.set_errno(0)
    pid = os.getpid()
    r = call(x86, arm, *args)
    if os.getpid() != pid:
        os._exit(0)
    if r not in ("EPERM", "ENOSYS"):
        opened.append((name, r))
print(opened)
