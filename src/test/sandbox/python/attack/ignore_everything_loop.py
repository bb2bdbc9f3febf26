#: about: a busy loop that ignores all signals meets the wall limit
#: wall-ms: 700
#: status: timeout
#: within-ms: 20000
import signal
for n in range(1, 65):
    try:
        signal.signal(n, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
