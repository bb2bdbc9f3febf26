#: about: other programs of the image, a shell, another Python
#: stdout-is: hi\n3\n4\n
#: exit: 0
import os, subprocess, sys
print(subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout, end="")
os.system("expr 1 + 2")
print(subprocess.check_output([sys.executable, "-c", "print(2+2)"], text=True), end="")
