#: about: ten processes that make files as fast as they can, while the folder is emptied
#: within-ms: 20000
import os
for k in range(10):
    if os.fork() == 0:
        os.setsid()
        i = 0
        while True:
            i += 1
            try:
                os.makedirs("/tmp/w%d/%d" % (k, i % 50), exist_ok=True)
                open("/tmp/w%d/%d/LEFTOVER-9f31c0de" % (k, i % 50), "w").close()
            except OSError:
                pass
import time
time.sleep(0.3)
