#: about: with its descriptor closed, what cannot be written makes exit code 120, as in CPython
#: exit: 120
import os, sys
sys.stdout.write("lost")
os.close(1)
