#: about: no terminal of the run before
#: stdout-is: ['ptmx']\n
import os
print(os.listdir("/dev/pts"))
