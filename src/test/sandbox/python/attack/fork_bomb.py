#: about: a fork bomb
#: wall-ms: 1000
#: status: timeout
#: within-ms: 20000
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
