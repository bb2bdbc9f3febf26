#: about: found through other names
#: safety: basic
#: violations: 4 call os.system; 5 call os.system; 6 call subprocess.run; 6 call subprocess.Popen; 7 call os.system; 8 call subprocess.Popen; 9 call subprocess.run; 11 call os.system; 13 call os.system; 14 call eval; 15 call eval; 16 call eval
import os as o; o.system("x")
from os import system as s
from subprocess import run as r, Popen as q
s("x")
q(["x"])
r(["x"])
p = o
p.system("x")
z = p
f = z.system
e = eval
e("1")
__builtins__.eval("1")
