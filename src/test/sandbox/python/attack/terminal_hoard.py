#: about: pseudo terminals by the hundred
#: exit: 0
#: then: then/terminals
import os
n = 0
try:
    while True:
        os.openpty()
        n += 1
except OSError:
    pass
print(n)
