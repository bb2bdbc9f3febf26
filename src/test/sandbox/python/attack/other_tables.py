#: about: the 32-bit and x32 tables of calls are closed
#: status: signal|ok
#: stdout-not: open
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

import mmap
if os.uname().machine == "x86_64":
    libc.syscall.restype = ctypes.c_long
    if libc.syscall(ctypes.c_long(0x40000000 + 39)) > 0:
        print("open x32")
    # mov eax, 20 (getpid); int 0x80; ret
    m = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    m.write(bytes.fromhex("b814000000cd80c3"))
    address = ctypes.addressof(ctypes.c_char.from_buffer(m))
    if ctypes.CFUNCTYPE(ctypes.c_int)(address)() == os.getpid():
        print("open i386")
