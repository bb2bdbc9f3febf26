#: about: closed streams do not end a program, nor keep it
#: wall-ms: 600
#: status: timeout
#: stdout-is: before\n
#: within-ms: 20000
import os, time
print("before")
for fd in (0, 1, 2):
    os.close(fd)
time.sleep(60)
