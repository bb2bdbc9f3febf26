#: about: a process that adopts orphans does not outlive the run
#: within-ms: 20000
#: stdout-is: yes\n
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

import time
print("yes", flush=True)
if os.fork() == 0:
    libc.prctl(36, 1, 0, 0, 0)
    os.setsid()
    for _ in range(5):
        if os.fork() == 0:
            if os.fork() == 0:
                time.sleep(100)
            os._exit(0)
    time.sleep(100)
