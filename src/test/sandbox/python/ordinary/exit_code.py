#: about: an exit code is handed on
#: exit: 7
#: stdout-is: before\n
import sys
print("before")
sys.exit(7)
