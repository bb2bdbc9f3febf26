#: about: sys.exit with a text prints it and is 1
#: exit: 1
#: stderr: went wrong\n
#: stderr-not: Traceback
import sys
sys.exit("went wrong")
