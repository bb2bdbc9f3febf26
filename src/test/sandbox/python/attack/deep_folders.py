#: about: a chain of folders too deep for any path
#: stdout-is: 3000\n
import os
os.chdir("/tmp")
for i in range(3000):
    os.mkdir("LEFTOVER-9f31c0de")
    os.chdir("LEFTOVER-9f31c0de")
print(i + 1)
