#: about: processes that replace themselves faster than somebody looks
#: wall-ms: 3000
#: within-ms: 20000
import os, sys
for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        os.execv("/bin/sh", ["sh", "-c", 'f() { sh -c "$1" x "$1" & exec sh -c "$1" x "$1"; }; exec sh -c "exec sh -c \'\$0 & exec \$0\' sh"'])
print("started")
