#: about: a left-over process that never stops writing
#: within-ms: 6000
#: stdout-size: 1048576
#: status: ok|output_limit
#: cut: any
import os
if os.fork() == 0:
    while True:
        os.write(1, b"y" * 65536)
