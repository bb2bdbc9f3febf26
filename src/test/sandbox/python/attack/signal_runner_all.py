#: about: every signal to process 1, to all, to every group; the program goes on
#: stdout-is: still here\n
#: exit: 0
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for n in range(1, 65):
    for target in (1, -1):
        try:
            os.kill(target, n)
        except OSError:
            pass
    try:
        fd = os.pidfd_open(1)
        signal.pidfd_send_signal(fd, n)
        os.close(fd)
    except OSError:
        pass
print("still here", flush=True)
os._exit(0)
