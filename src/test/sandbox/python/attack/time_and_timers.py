#: about: timers, alarms and asynchronous input are gone with the process
#: stdout-is: armed\n
import os, signal
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
print("armed")
