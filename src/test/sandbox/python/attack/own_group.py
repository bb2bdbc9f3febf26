#: about: signals to the program's own group and session reach nobody of the runner
#: case: a
#: case: b
#: status: signal
#: signal: 15
import os, signal
os.kill(0, signal.SIGTERM)
