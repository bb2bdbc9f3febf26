#: about: many short-lived orphans do not use up the processes
#: wall-ms: 20000
#: stdout-is: 300\n
import os, time
for i in range(300):
    while True:
        try:
            pid = os.fork()
            break
        except BlockingIOError:
            time.sleep(0.05)
    if pid == 0:
        try:
            if os.fork() == 0:
                os._exit(0)
        except BlockingIOError:
            pass
        os._exit(0)
    os.waitpid(pid, 0)
print(i + 1)
