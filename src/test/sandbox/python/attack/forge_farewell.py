#: about: a program that says its farewell itself and goes on has left with the status it named, and does nothing more
#: exit: 3
#: stdout-is: before\n
import gc
import os
import sys
import time

print("before", flush=True)
said = [each for each in gc.get_objects() if type(each).__name__ == "Farewell"]
if not said:
    frame = sys._getframe()
    while frame:
        said += [each for each in frame.f_locals.values() if type(each).__name__ == "Farewell"]
        frame = frame.f_back
said[0].say(3)
os.close(1)
os.close(2)
time.sleep(20)
open("/tmp/later", "w").close()
