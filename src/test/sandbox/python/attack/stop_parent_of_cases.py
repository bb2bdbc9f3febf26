#: about: a case that stops the parent of the cases is ended by process 1
#: wall-ms: 500
#: case: a
#: case: b
#: status: timeout
#: within-ms: 20000
#: retired: maybe
import os, signal, time
os.kill(os.getppid(), signal.SIGSTOP)
time.sleep(60)
