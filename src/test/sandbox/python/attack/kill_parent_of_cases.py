#: about: a case that kills the parent of the cases ends its own submission; the container stays usable
#: case: a
#: case: b
#: case: c
#: status: signal
#: signal: 9
import os, signal, time
os.kill(os.getppid(), signal.SIGKILL)
time.sleep(5)
