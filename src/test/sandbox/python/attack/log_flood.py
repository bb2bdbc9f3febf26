#: about: crashes by the hundred, which the host's kernel would note
#: wall-ms: 20000
#: exit: 0
import ctypes, os
for _ in range(100):
    pid = os.fork()
    if pid == 0:
        ctypes.string_at(0)
    os.waitpid(pid, 0)
