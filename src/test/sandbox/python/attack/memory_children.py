#: about: many processes that each take what one may
#: status: ok|memory_limit|timeout
#: wall-ms: 8000
#: within-ms: 30000
#: gone: maybe
import os
for _ in range(8):
    if os.fork() == 0:
        x = []
        while True:
            try:
                x.append(b"LEFTOVER-9f31c0de" * 65536)
            except MemoryError:
                pass
for _ in range(8):
    try:
        os.wait()
    except ChildProcessError:
        break
print("end")
