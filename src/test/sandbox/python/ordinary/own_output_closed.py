#: about: a program that closes its output goes on
#: exit: 6
#: file: data.txt = 6
import os
import time

os.close(1)
os.close(2)
time.sleep(0.2)
os._exit(int(open("data.txt").read()))
