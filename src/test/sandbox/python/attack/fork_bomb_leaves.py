#: about: a fork bomb that ignores all signals and goes on when its first process has ended
#: wall-ms: 3000
#: status: ok|timeout
#: within-ms: 20000
import os, signal, time
first = os.getpid()
for n in range(1, 65):
    try:
        signal.signal(n, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
end = time.monotonic() + 0.3
while True:
    try:
        os.fork()
    except OSError:
        pass
    if os.getpid() == first and time.monotonic() > end:
        os._exit(0)
