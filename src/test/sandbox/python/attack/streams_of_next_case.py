#: about: what a case does to its streams does not reach the next case
#: case: a
#: case: b
#: case: c
#: stdout-is: 300000 0 0\n
#: max-output: 400000
#: wall-ms: 20000
import fcntl, os, sys
flags = [fcntl.fcntl(fd, fcntl.F_GETFL) & ~os.O_ACCMODE for fd in (1, 2)]
for _ in range(300):
    sys.stderr.write("x" * 1000)
sys.stderr.flush()
print(300000, *flags, flush=True)
for fd in (1, 2):
    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK | os.O_DIRECT | os.O_ASYNC)
