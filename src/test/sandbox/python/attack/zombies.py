#: about: sixty zombies of a living parent, and the parent's death
#: within-ms: 20000
import os, time
for _ in range(55):
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        break
print("made")
