#: about: a daemon of a case stops the parent of the cases over and over; whatever comes of them, it comes soon
#: case: a
#: case: b
#: case: c
#: status: ok|signal
#: within-ms: 20000
#: retired: maybe
import os, signal, time
parent = os.getppid()
if os.fork() == 0:
    os.setsid()
    while True:
        try:
            os.kill(parent, signal.SIGSTOP)
        except OSError:
            pass
time.sleep(0.05)
