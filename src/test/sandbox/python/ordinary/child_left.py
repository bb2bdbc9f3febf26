#: about: a daemon that outlives the program is not waited for
#: within-ms: 4000
#: stdout-is: main ends\n
#: exit: 0
import os, time
if os.fork() == 0:
    time.sleep(30)
    print("never")
print("main ends")
