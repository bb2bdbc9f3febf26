#: about: SIGKILL to oneself is no memory limit
#: status: signal
#: signal: 9
import os
os.kill(os.getpid(), 9)
