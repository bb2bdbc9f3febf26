#: about: pipes filled to the brim, enlarged where it goes, held by many processes
#: status: ok|signal|memory_limit|timeout
#: wall-ms: 8000
#: within-ms: 30000
#: gone: maybe
import fcntl, os
total = refused = 0
for _ in range(20):
    try:
        if os.fork():
            continue
    except OSError:
        break
    ends = []
    while True:
        try:
            r, w = os.pipe()
        except OSError:
            break
        try:
            fcntl.fcntl(w, 1031, 1 << 20)
        except OSError:
            refused += 1
        os.set_blocking(w, False)
        try:
            while True:
                total += os.write(w, b"LEFTOVER-9f31c0de" * 240)
        except OSError:
            pass
        ends.append((r, w))
    import time
    time.sleep(60)
import time
time.sleep(1.5)
print("hoarded")
