#: about: a message queue made as a file in its file system
#: stdout-is: []\n
import os
made = []
for i in range(10):
    try:
        os.close(os.open("/dev/mqueue/LEFTOVER-9f31c0de%d" % i, os.O_CREAT | os.O_RDWR, 0o666))
        made.append(i)
    except OSError:
        pass
print(made)
