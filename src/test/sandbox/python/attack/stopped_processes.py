#: about: stopped, traced and vforked processes die as well
#: within-ms: 20000
#: stdout-is: left\n
import os, signal, subprocess, time
for _ in range(5):
    if os.fork() == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
subprocess.Popen(["sleep", "100"], start_new_session=True)
time.sleep(0.1)
print("left")
