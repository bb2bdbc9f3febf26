#: about: a forked process that runs to the end of the program does not end its parent
#: exit: 7
#: stdout-is: child\nparent\n
import os
import sys

child = os.fork()
if child == 0:
    print("child")
else:
    os.waitpid(child, 0)
    print("parent")
    sys.exit(7)
