#: about: no standard output at all
#: exit: 0
import sys
sys.stdout = sys.stderr = None
print("nothing")
