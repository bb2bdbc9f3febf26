#: about: the list of basic
#: safety: basic
#: violations: 5 call os.system; 6 call subprocess.run; 7 call eval; 8 call exec; 9 call compile; 10 call __import__; 11 call os.popen; 12 call os.execv
import os, subprocess
os.system("x")
subprocess.run(["x"])
eval("1")
exec("1")
compile("1", "x", "exec")
__import__("os")
os.popen("x")
os.execv("x", [])
