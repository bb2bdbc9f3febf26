#: about: pseudo terminals are gone with the run
#: exit: 0
#: then: then/terminals
import os, time
n = 0
try:
    for _ in range(20):
        os.openpty()
        n += 1
except OSError:
    pass
if os.fork() == 0:
    os.setsid()
    time.sleep(100)
