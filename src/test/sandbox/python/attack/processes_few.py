#: about: a limit of processes below the container's
#: processes: 5
#: stdout: True\n
import os, time
n = 0
try:
    for _ in range(30):
        if os.fork() == 0:
            time.sleep(2)
            os._exit(0)
        n += 1
except OSError:
    pass
print(2 <= n <= 6)
os._exit(0)
