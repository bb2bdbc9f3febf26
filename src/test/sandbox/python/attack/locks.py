#: about: locks and leases on files of the image are gone with the process
#: exit: 0
import fcntl, os, time
f = open("/usr/bin/env", "rb")
fcntl.flock(f, fcntl.LOCK_EX)
if os.fork() == 0:
    os.setsid()
    time.sleep(100)
