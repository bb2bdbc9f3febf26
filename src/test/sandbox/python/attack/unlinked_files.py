#: about: space in files without a name, mapped and held by a left-over process
#: stdout-is: held\n
import mmap, os
fd = os.open("/tmp", os.O_TMPFILE | os.O_RDWR)
os.write(fd, b"LEFTOVER-9f31c0de" * 300000)
m = mmap.mmap(fd, 0)
if os.fork() == 0:
    os.setsid()
    while True:
        m[0] = 1
print("held")
