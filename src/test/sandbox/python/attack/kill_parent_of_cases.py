#: about: a case that kills the parent of the cases ends its own submission; with cases unread the container is given up
#: case: a
#: case: b
#: case: c
#: status: signal
#: signal: 9
#: retired: maybe
import os, signal, time
os.kill(os.getppid(), signal.SIGKILL)
time.sleep(5)
