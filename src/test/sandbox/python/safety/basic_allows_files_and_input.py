#: about: basic bans neither open nor input nor the modules as such
#: safety: basic
#: stdin: x
#: stdout-is: x hello True\n
import os, sys, subprocess
with open("f", "w") as f:
    f.write("hello")
print(input(), open("f").read(), os.path.exists("f") and len(sys.argv) == 1)
