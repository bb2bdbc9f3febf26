#: about: a daemon by two forks and a session of its own, which holds the output open
#: within-ms: 4500
#: stdout-is: parent\n
#: exit: 0
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for n in range(1, 65):
            try:
                signal.signal(n, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while True:
            time.sleep(1)
    os._exit(0)
os.wait()
print("parent")
