#: about: a thread that exits ends itself alone, and the others are waited for
#: exit: 0
#: stdout-is: main\nlate\n
import sys, threading, time
def quit():
    sys.exit(3)
def late():
    time.sleep(0.2)
    print("late")
threading.Thread(target=quit).start()
threading.Thread(target=late).start()
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print("main")
