#: about: CPU that children burn counts as well, and raising one's own limit does not help
#: cpu-ms: 400
#: wall-ms: 15000
#: status: cpu_limit
import os, resource, signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
for _ in range(3):
    if os.fork() == 0:
        while True:
            pass
while True:
    try:
        os.wait()
    except ChildProcessError:
        pass
