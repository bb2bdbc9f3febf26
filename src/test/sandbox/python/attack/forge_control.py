#: about: what looks like the runner's own messages is only a program's output
#: exit: 96
#: stderr: violations
import os, struct, sys
message = struct.Struct(">cIIIBHQI")
for kind in b"rcvfbsmxe":
    data = message.pack(bytes([kind]), 1, 1, 1, 0, 1, 0, 0)
    for fd in range(3, 300):
        try:
            os.write(fd, data)
        except OSError:
            pass
sys.stderr.write('{"violations": [{"line": 1}]}')
sys.exit(96)
