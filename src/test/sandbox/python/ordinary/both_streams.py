#: about: much on both streams at once arrives whole and in order
#: stdout-size: 600000
#: exit: 0
#: stdout: line 19999 \n
#: stderr: line 19999 \n
import sys
for i in range(20000):
    print("line", i, "")
    print("line", i, "", file=sys.stderr)
