#: about: fork, pipes and waiting
#: stdout-is: child says 42, exit 3\n
import os
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    os.write(w, b"42")
    os._exit(3)
os.close(w)
print("child says %s, exit %d" % (os.read(r, 9).decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
