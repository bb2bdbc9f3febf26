#: about: found through the tables of modules and names, and through assignments of several names
#: safety: basic
#: violations: 6 call eval; 7 call eval; 8 call os.system; 9 call os.system; 10 call os.system; 12 call os.system
import os
import sys
__builtins__["eval"]("1")
vars(__builtins__)["eval"]("1")
os.__dict__["system"]("x")
vars(os)["system"]("x")
sys.modules["os"].system("x")
a, (b, c) = os, (1, 2)
a.system("x")
print({"system": 1}["system"], "os"[0], [os][0])
