#: about: each case has a seed of its own, and forks work as elsewhere
#: case: a
#: case: b
#: stdout: True child\n
import os, random, sys, threading
mine = random.getrandbits(64)
r, w = os.pipe()
if os.fork() == 0:
    thread = threading.Thread(target=lambda: os.write(w, b"%d %d" % (random.getrandbits(64), len(threading.enumerate()))))
    thread.start()
    thread.join()
    os._exit(0)
os.wait()
theirs, threads = os.read(r, 100).split()
print(mine != int(theirs) and threads == b"2", "child")
