#: about: the program's own handlers, alarms and timers
#: stdout-is: alarm\nusr1\n
import os, signal
def say(number, frame):
    print({signal.SIGALRM: "alarm", signal.SIGUSR1: "usr1"}[number])
signal.signal(signal.SIGALRM, say)
signal.signal(signal.SIGUSR1, say)
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause()
os.kill(os.getpid(), signal.SIGUSR1)
