#: about: the same with several cases
#: case: LEFTOVER-9f31c0de
#: case: LEFTOVER-9f31c0de
#: stdout: LEFTOVER-9f31c0de
import os
os.mkdir("/tmp/LEFTOVER-9f31c0de" + "x" * 200)
print("LEFTOVER-9f31c0de" * 1000, input())
