#: about: notification instances, epolls and event descriptors by the hundred
#: exit: 0
#: stdout: True
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

import select
n = 0
try:
    while libc.inotify_init1(0) >= 0 and select.epoll().fileno() >= 0:
        n += 1
except OSError:
    pass
print(n > 10)
