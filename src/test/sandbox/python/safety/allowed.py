#: about: what a lesson lifts
#: safety: strict
#: allowed: open os.remove eval
#: stdout-is: 2\n
import os
with open("f", "w") as f:
    f.write("x")
os.remove("f")
print(eval("1+1"))
