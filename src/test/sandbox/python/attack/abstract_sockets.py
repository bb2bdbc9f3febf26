#: about: sockets with abstract names are gone with the run
#: stdout-is: bound\n
#: then: then/abstract_sockets
import os, socket, time
s = socket.socket(socket.AF_UNIX)
s.bind("\0LEFTOVER-9f31c0de")
s.listen()
if os.fork() == 0:
    os.setsid()
    time.sleep(100)
print("bound")
