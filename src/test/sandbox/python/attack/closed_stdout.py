#: about: standard output closed by the program is no failure, as in CPython
#: exit: 0
#: stderr-not: rror
import sys
print("x")
sys.stdout.close()
