#: about: the signal of the CPU limit, sent by the program to itself, is no CPU limit
#: status: signal
#: signal: 24
import os, signal

os.kill(os.getpid(), signal.SIGXCPU)
