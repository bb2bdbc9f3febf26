#: about: a program that ends itself by a signal
#: status: signal
#: signal: 15
#: exit: none
import os, signal
os.kill(os.getpid(), signal.SIGTERM)
